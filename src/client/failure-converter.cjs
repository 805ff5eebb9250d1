/**
 * Failures whose message and stack are encoded like every payload, and so encrypted. CommonJS: the SDK requires
 * it by its path, in the worker, in clients and in the workflows' sandbox.
 */
const { DefaultFailureConverter } = require('@temporalio/common');

class EncodedFailures extends DefaultFailureConverter {
  constructor() {
    super({ encodeCommonAttributes: true });
  }
  /** A copy: the SDK writes over the message of a failure that is passed on, and would lose it the second time. */
  errorToFailureInner(error, payloadConverter, context) {
    return { ...super.errorToFailureInner(error, payloadConverter, context) };
  }
}

module.exports = { failureConverter: new EncodedFailures() };
