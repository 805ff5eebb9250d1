/**
 * What nodemailer throws, as one of our failures. The server's words may name the address, so only codes are kept.
 *
 * | the server said                                  | so                                   |
 * |--------------------------------------------------|--------------------------------------|
 * | 5xx to RCPT TO, for the sake of the address      | `MailRefused`: no such address       |
 * | 5xx to it for another reason (no relaying, say)  | `Refused`: a person must look        |
 * | 5xx to anything else, DATA included              | `Refused`: a person must look        |
 * | 4xx to anything, DATA included                   | `Unavailable`: it took nothing       |
 * | nothing, before it asked for the body            | `Unavailable`: it has nothing        |
 * | nothing, once the body was on its way            | `MailOutcomeUnknown`                 |
 */
import type { ApplicationFailure } from '@temporalio/common';
import { mailRefused, mailUnknown, refused, unavailable } from '../activities/failures.js';

interface Thrown {
  /** nodemailer's: EENVELOPE, EMESSAGE, EAUTH, ECONNECTION, ESOCKET, ETIMEDOUT, EDNS, ETLS, EPROTOCOL, … */
  code?: string;
  /** The command that was answered; CONN for the connection, API where nothing was sent. */
  command?: string;
  responseCode?: number;
  response?: string;
}

const SYSTEM = 'mail server';
/** Nothing came back: the connection, not an answer, ended it. */
const CONNECTION: readonly string[] = ['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS', 'ETLS', 'EPROXY', 'EPROTOCOL'];

/** @param bodyBegan whether the server had asked for the message's body */
export function mailFailure(error: unknown, bodyBegan: boolean): ApplicationFailure {
  const { code = '', command = '', responseCode, response } = (error ?? {}) as Thrown;
  const doing = command.startsWith('AUTH') ? 'sign us in' : 'take the mail';
  // An answer settles it, even one that ends the connection (421).
  if (responseCode !== undefined && responseCode >= 500) {
    const status = enhanced(response);
    const said = [responseCode, status].filter(Boolean).join(' ');
    return command === 'RCPT TO' && isAboutTheAddress(responseCode, status) ? mailRefused(`the mail server answered ${said}`) : refused(SYSTEM, doing, said);
  }
  if (responseCode !== undefined && responseCode >= 400) return unavailable(SYSTEM, doing, `it answered ${responseCode}`);
  if (bodyBegan) return mailUnknown(`the connection was lost after the mail was sent (${code || 'no code'})`);
  if (CONNECTION.includes(code)) return unavailable(SYSTEM, doing, `the connection failed (${code})`);
  // Nothing went out, and it would not the next time: a setting (the sender, say) or a message that cannot be sent.
  return refused(SYSTEM, doing, code || 'not sent');
}

/**
 * Is it the member's address, or a rule of the server, which would refuse everybody? By RFC 3463, 5.1.x is the address (but .7 and
 * .8, the sender's), and 5.2.x the recipient's mailbox, which the recipient alone can mend. Without such a code, RFC 5321 has
 * 550, 551 and 553 for a mailbox, and 501 for the syntax of what is said, which at RCPT is the address alone.
 */
const isAboutTheAddress = (reply: number, status: string | undefined): boolean =>
  status === undefined ? [501, 550, 551, 553].includes(reply) : /^5\.(1\.(?![78]$)|2\.)/.test(status);

/** 5.1.1 and its like. */
const enhanced = (response = ''): string | undefined => /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
