/** Every workflow of onetouch, by its type's name. */
export { escalation } from './escalation.js';
export { troubleshooting } from './troubleshooting.js';
export { problem } from './problem.js';
export { sweep } from './sweep.js';
