/** Our mail to members behind `MailPort`, over SMTP through nodemailer. */
import { Readable } from 'node:stream';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { z } from 'zod';
import { mailRefused } from '../activities/failures.js';
import type { MailPort, OutgoingMail } from '../activities/ports.js';
import type { WorkerConfig } from '../config.js';
import { readableName } from '../wording/greeting.js';
import { mailFailure } from './mail-failure.js';

export type Mailer = MailPort & { close(): void };

/** Nothing is opened before the first mail; each mail has a connection of its own. */
export function connectMail({ url, from, replyTo }: WorkerConfig['mail']): Mailer {
  const transport = createTransport({
    url,
    disableFileAccess: true,
    disableUrlAccess: true,
    connectionTimeout: 15_000,
    greetingTimeout: 15_000,
    socketTimeout: 60_000,
  });
  // Nodemailer reads the message only when the server has asked for it (354 after DATA). Its errors do not say
  // how far it got, so we note when the reading begins: from then on, a lost connection leaves the outcome open.
  transport.use('stream', (mail, done) => {
    const { onBody } = mail.data as Sending;
    mail.message.processFunc((input: Readable) => Readable.from(noticed(input, onBody)));
    done();
  });

  return {
    async send(mail: OutgoingMail) {
      const address = checkedAddress(mail.to.address);
      let bodyBegan = false;
      const sending: Sending = {
        from,
        // So that the helpdesk puts the member's answer on their ticket.
        ...(mail.ticketId === null ? {} : { replyTo: replyTo.replaceAll('{ticket}', mail.ticketId) }),
        // Beside their address stands what reads like a name, and no stranger's message.
        to: { name: readableName(mail.to.name), address },
        subject: oneLine(mail.subject),
        text: mail.text,
        html: mail.html,
        messageId: `<${mail.messageId}>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        onBody: () => {
          bodyBegan = true;
        },
      };
      try {
        await transport.sendMail(sending);
      } catch (error) {
        throw mailFailure(error, bodyBegan);
      }
    },
    close: () => transport.close(),
  };
}

interface Sending extends SendMailOptions {
  onBody: () => void;
}

async function* noticed(input: Readable, onBody: () => void): AsyncGenerator<Buffer> {
  onBody();
  yield* input as AsyncIterable<Buffer>;
}

/**
 * One address, as a browser would accept it. A comma would make two recipients of it, a line break a header:
 * neither passes, nor does anything else that is not an address.
 */
function checkedAddress(address: string): string {
  if (address.length > 254 || !z.regexes.html5Email.test(address)) throw mailRefused('it is not an e-mail address');
  return address;
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
