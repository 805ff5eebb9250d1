import { type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectMail } from '../../src/adapters/mail.js';
import type { OutgoingMail } from '../../src/activities/ports.js';
import { deep, failure } from './failing.js';
import { freePort } from '../../src/dev/ports.js';

const MAIL: OutgoingMail = {
  to: { name: 'Pat Doe', address: 'pat@example.com' },
  subject: 'Your request 5158',
  text: 'Hello Pat,\n.\nwe are on it.\n',
  html: '<p>Hello Pat,</p><p>we are on it.</p>',
  ticketId: '5158',
  messageId: '5158.1.promise@helpdesk.example.com',
};

const sender = (port: number, login = '') => {
  const mailer = connectMail({ url: `smtp://${login}127.0.0.1:${port}`, from: 'Member Services <help@example.com>', replyTo: 'support+id{ticket}@example.com' });
  onTestFinished(() => mailer.close());
  return mailer;
};

interface Kept {
  recipients: string[];
  raw: string;
}

/** A real SMTP server; `over` says where it behaves otherwise than well. */
async function server(over: SMTPServerOptions = {}) {
  const kept: Kept[] = [];
  const smtp = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        kept.push({ recipients: session.envelope.rcptTo.map((r) => r.address), raw: Buffer.concat(chunks).toString() });
        done();
      });
    },
    ...over,
  });
  smtp.on('error', () => {}); // A connection that is dropped is what some tests are about.
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => smtp.close(() => resolve())));
  return { kept, port: (smtp.server.address() as AddressInfo).port };
}

const replying = (code: number, message: string): Error => Object.assign(new Error(message), { responseCode: code });

/**
 * A server that says its lines by a script: what to answer to which command; 'drop' drops the connection. It
 * offers PIPELINING where asked to.
 */
async function scripted(script: Record<string, string>, { pipelining = false } = {}) {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    let inBody = false;
    let rest = '';
    sockets.add(socket);
    socket.on('error', () => {});
    const say = (step: string, otherwise: string) => {
      const line = script[step] ?? otherwise;
      if (line === 'drop') socket.destroy();
      else socket.write(`${line}\r\n`);
      return line;
    };
    say('greeting', '220 ready');
    socket.on('data', (chunk) => {
      rest += chunk.toString();
      const lines = rest.split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (socket.destroyed) return;
        if (inBody) {
          if (line !== '.') continue;
          inBody = false;
          heard.push('.');
          say('.', '250 taken');
          continue;
        }
        const command = line.split(/[ :]/)[0]!.toUpperCase();
        heard.push(command);
        if (command === 'EHLO') say('EHLO', pipelining ? '250-here\r\n250 PIPELINING' : '250 here');
        else if (command === 'DATA') inBody = say('DATA', '354 go on').startsWith('354');
        else say(command, '250 ok');
        if (inBody && script['body'] === 'drop') socket.destroy();
      }
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => tcp.close(resolve));
  });
  return { heard, port: (tcp.address() as AddressInfo).port };
}

test('a mail goes out as text and HTML, marked as automatic, with the helpdesk as Reply-To', async () => {
  const { kept, port } = await server();
  await sender(port).send(MAIL);
  expect(kept).toHaveLength(1);
  expect(kept[0]!.recipients).toEqual(['pat@example.com']);
  const mail = await PostalMime.parse(kept[0]!.raw);
  expect(mail).toMatchObject({
    from: { name: 'Member Services', address: 'help@example.com' },
    to: [{ name: 'Pat Doe', address: 'pat@example.com' }],
    replyTo: [{ address: 'support+id5158@example.com' }],
    subject: 'Your request 5158',
    messageId: '<5158.1.promise@helpdesk.example.com>',
  });
  expect(mail.cc ?? []).toEqual([]);
  expect(mail.text!.trim()).toBe(MAIL.text.trim());
  expect(mail.html!.trim()).toBe(MAIL.html);
  const headers = Object.fromEntries(mail.headers.map((h) => [h.key, h.value]));
  expect(headers).toMatchObject({ 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' });
});

test('line breaks in a name or a subject make no header', async () => {
  const { kept, port } = await server();
  await sender(port).send({
    ...MAIL,
    to: { name: 'Pat\r\nBcc: eve@example.com', address: 'pat@example.com' },
    subject: 'Hello\r\nBcc: eve@example.com\u2028x',
  });
  const mail = await PostalMime.parse(kept[0]!.raw);
  expect(mail.bcc ?? []).toEqual([]);
  expect(kept[0]!.recipients).toEqual(['pat@example.com']);
  expect(mail.subject).toBe('Hello Bcc: eve@example.com x');
});

test.each([
  '',
  'pat',
  'pat@',
  '@example.com',
  'pat@example.com,eve@example.com',
  'pat@example.com, eve@example.com',
  'pat@example.com;eve@example.com',
  'pat@example.com\r\nBcc: eve@example.com',
  'pat@example.com\n',
  'pat\u0000@example.com',
  'pat@exam ple.com',
  'Pat <pat@example.com>',
  '"pat,eve"@example.com',
  'pat@example.com>\r\nRCPT TO:<eve@example.com',
  `${'p'.repeat(250)}@example.com`,
])('the address %j is refused before anything is sent', async (address) => {
  const { heard, port } = await scripted({});
  const failed = await failure(sender(port).send({ ...MAIL, to: { name: 'Pat', address } }));
  expect(failed).toMatchObject({ type: 'MailRefused', nonRetryable: true });
  expect(heard).toEqual([]);
  expect(failed.message).toBe('the address was refused: it is not an e-mail address');
});

describe('a real server', () => {
  test('that knows no such address', async () => {
    const { kept, port } = await server({ onRcptTo: (_, __, done) => done(replying(550, '5.1.1 pat@example.com unknown')) });
    const failed = await failure(sender(port).send(MAIL));
    expect(failed).toMatchObject({ type: 'MailRefused', nonRetryable: true, message: 'the address was refused: the mail server answered 550 5.1.1' });
    expect(deep(failed)).not.toContain('pat@example');
    expect(kept).toEqual([]);
  });

  test.each([
    ['RCPT', { onRcptTo: (_: unknown, __: unknown, done: (e: Error) => void) => done(replying(451, 'greylisted')) }],
    ['MAIL', { onMailFrom: (_: unknown, __: unknown, done: (e: Error) => void) => done(replying(451, 'later')) }],
  ] as [string, SMTPServerOptions][])('that says later at %s', async (_, over) => {
    const { port } = await server(over);
    expect(await failure(sender(port).send(MAIL))).toMatchObject({ type: 'Unavailable', nonRetryable: false });
  });

  test.each([
    [451, 'Unavailable'],
    [552, 'Refused'],
    [554, 'Refused'],
  ])('that answers %i to the body', async (code, type) => {
    const { port } = await server({
      onData(stream, _session, done) {
        stream.resume();
        stream.on('end', () => done(replying(code, 'no')));
      },
    });
    expect(await failure(sender(port).send(MAIL))).toMatchObject({ type });
  });

  test('that does not let us in, and what is said of it', async () => {
    const { port } = await server({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(replying(535, 'hush-password is wrong')),
    });
    const failed = await failure(sender(port, 'onetouch:hush-password@').send(MAIL));
    expect(failed).toMatchObject({ type: 'Refused', message: 'mail server refused to sign us in (535)' });
    expect(deep(failed)).not.toContain('hush');
  });
});

describe('a lost connection', () => {
  test('that never was is a passing failure', async () => {
    expect(await failure(sender(await freePort()).send(MAIL))).toMatchObject({
      type: 'Unavailable',
      nonRetryable: false,
      message: 'mail server could not take the mail: the connection failed (ESOCKET)',
    });
  });

  describe.each([{ pipelining: false }, { pipelining: true }])('before the body was asked for, %j', (how) => {
    test.each(['greeting', 'EHLO', 'MAIL', 'RCPT', 'DATA'])('at %s is a passing failure', async (step) => {
      const { heard, port } = await scripted({ [step]: 'drop' }, how);
      const failed = await failure(sender(port).send(MAIL));
      expect(failed).toMatchObject({ type: 'Unavailable', nonRetryable: false });
      expect(heard).not.toContain('.');
    });
  });

  describe.each([{ pipelining: false }, { pipelining: true }])('once the body was asked for, %j', (how) => {
    test('after all of it leaves the outcome open', async () => {
      const { heard, port } = await scripted({ '.': 'drop' }, how);
      const failed = await failure(sender(port).send(MAIL));
      expect(failed).toMatchObject({ type: 'MailOutcomeUnknown', nonRetryable: true });
      expect(deep(failed)).not.toContain('pat@example');
      expect(heard.at(-1)).toBe('.');
    });
  });

  test('in the middle of the body leaves the outcome open', async () => {
    const { port } = await scripted({ DATA: '354 go on', body: 'drop' });
    expect(await failure(sender(port).send({ ...MAIL, text: 'x'.repeat(2_000_000) }))).toMatchObject({ type: 'MailOutcomeUnknown' });
  });
});

describe('an answer settles it', () => {
  test.each([
    [{ greeting: '554 go away' }, 'Refused'],
    [{ greeting: '421 later' }, 'Unavailable'],
    [{ MAIL: '550 no such sender' }, 'Refused'],
    [{ RCPT: '550 no such user' }, 'MailRefused'],
    [{ RCPT: '501 bad syntax' }, 'MailRefused'],
    [{ RCPT: '551 not here' }, 'MailRefused'],
    [{ RCPT: '553 not a name' }, 'MailRefused'],
    [{ RCPT: '550 5.1.1 no such user' }, 'MailRefused'],
    [{ RCPT: '550 5.2.1 inactive' }, 'MailRefused'],
    // Not the address: a rule that would refuse every member's.
    [{ RCPT: '554 5.7.1 Relay access denied' }, 'Refused'],
    [{ RCPT: '550 5.7.1 Client host blocked' }, 'Refused'],
    [{ RCPT: '550 5.1.8 Sender address rejected' }, 'Refused'],
    [{ RCPT: '550 5.4.5 Daily limit exceeded' }, 'Refused'],
    [{ RCPT: '554 no' }, 'Refused'],
    [{ RCPT: '530 sign in first' }, 'Refused'],
    [{ RCPT: '421 closing' }, 'Unavailable'],
    [{ DATA: '554 no' }, 'Refused'],
    [{ DATA: '451 later' }, 'Unavailable'],
    [{ '.': '421 closing' }, 'Unavailable'],
    [{ '.': '554 spam' }, 'Refused'],
  ] as [Record<string, string>, string][])('%j is %s, with and without pipelining', async (script, type) => {
    for (const pipelining of [false, true]) {
      const { port } = await scripted(script, { pipelining });
      expect(await failure(sender(port).send(MAIL))).toMatchObject({ type });
    }
  });
});
