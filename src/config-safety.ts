/**
 * What production refuses to start with. One rule a line, each over the parsed settings; a problem names its
 * variable and what to do. Only `ONETOUCH_ENV=development` goes without, and nothing sets that by itself.
 */
import type { KeyObject } from 'node:crypto';
import type { GrantKeys } from './grants/keys.js';
import { guessableText } from './guessable.js';

type PayloadKeys = ReadonlyMap<string, KeyObject>;
type Settings = Readonly<Record<string, unknown>>;
/** The problems of one rule; none where the setting is not read by this process, or is not given. */
type Rule = (settings: Settings) => string[];

const secret =
  (name: string): Rule =>
  (settings) => {
    const given = settings[name];
    const values = typeof given === 'string' ? [given] : Array.isArray(given) ? (given as string[]) : [];
    return [...new Set(values.flatMap((value) => guessableText(value) ?? []))].map((why) => `${name} ${why}`);
  };

const encrypted =
  (name: string): Rule =>
  (settings) => {
    const url = settings[name];
    return typeof url === 'string' && !/^https:/i.test(url) ? [`${name} is plain HTTP: production talks to outside systems by https alone`] : [];
  };

/** A page that came by plain HTTP is anybody's on the way, and would be handed what the codec endpoint reads. */
const encryptedPages: Rule = ({ TEMPORAL_UI_ORIGIN: origins }) =>
  ((origins as string[] | undefined) ?? []).some((origin) => !origin.startsWith('https:')) ? ['TEMPORAL_UI_ORIGIN is plain HTTP: serve the Temporal UI by https'] : [];

/** What nodemailer may be told in the URL: the others switch TLS or its checks off, log members' mail, or (a pool) send it again. */
const MAIL_PARAMETERS: readonly string[] = ['requireTLS', 'authMethod', 'name', 'connectionTimeout', 'dnsTimeout', 'greetingTimeout', 'socketTimeout'];

/** A mail server on the way that strips STARTTLS, or shows a certificate of its own, would read members' mail. */
const safeMail: Rule = ({ SMTP_URL: text }) => {
  if (typeof text !== 'string') return [];
  const url = new URL(text);
  // Nodemailer finds a password in "smtps:user:password@host" too, where URL finds none.
  if (!url.hostname) return ['SMTP_URL names no server: write it as smtps://user:password@mail.example.com'];
  const password = decoded(url.password);
  const why = password && guessableText(password);
  return [
    ...(url.protocol !== 'smtps:' && url.searchParams.get('requireTLS') !== 'true' ? ['SMTP_URL may go unencrypted: use smtps://, or smtp:// with ?requireTLS=true'] : []),
    ...(url.username && !password ? ['SMTP_URL has a user without a password'] : []),
    ...(why ? [`SMTP_URL has a password that ${why}`] : []),
    ...[...new Set(url.searchParams.keys())]
      .filter((name) => !MAIL_PARAMETERS.includes(name))
      // What is no name may be the end of a password with a question mark in it.
      .map((name) => `SMTP_URL has ${/^[\w.-]+$/.test(name) ? `the parameter ${name}` : 'a parameter'}, which production does not take: only ${MAIL_PARAMETERS.join(', ')}`),
  ];
};

/** As nodemailer reads it: what is not percent-encoded is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Null at the gateway where it is not given; the worker does not read it. */
const signedAudit: Rule = ({ AUDIT_KEY: key }) =>
  key === null ? ['AUDIT_KEY is missing: it signs exports of the audit; make one with: openssl genpkey -algorithm ed25519 -outform DER | base64 -w0'] : [];

const distinctGrantKeys: Rule = ({ GRANT_KEYS: keys }) =>
  new Set((keys as GrantKeys | undefined)?.map((key) => key.secret.toString('hex'))).size < ((keys as GrantKeys | undefined)?.length ?? 0)
    ? ['GRANT_KEYS has the same key twice, under two ids']
    : [];

/** Who may sign is not who may read: of one key in both places, whoever learns it in one has both. */
const keysOfTheirOwn: Rule = ({ GRANT_KEYS: grants, PAYLOAD_KEYS: payloads }) => {
  const signing = new Set((grants as GrantKeys | undefined)?.map((key) => key.secret.toString('hex')));
  const encrypting = [...((payloads as PayloadKeys | undefined)?.values() ?? [])].map((key) => key.export().toString('hex'));
  return [
    ...(new Set(encrypting).size < encrypting.length ? ['PAYLOAD_KEYS has the same key twice, under two ids'] : []),
    ...(encrypting.some((key) => signing.has(key)) ? ['PAYLOAD_KEYS has a key of GRANT_KEYS: make one of its own (openssl rand -base64 32)'] : []),
  ];
};

const RULES: readonly Rule[] = [
  ({ API_TOKEN: token }) => (token ? ['API_TOKEN is for development: in production people and programs sign in (OIDC_ISSUER)'] : []),
  secret('HELPDESK_CLIENT_SECRET'),
  secret('HELPDESK_WEBHOOK_SECRET'),
  secret('JIRA_API_TOKEN'),
  secret('JIRA_WEBHOOK_SECRET'),
  secret('ADMIN_TOKEN'),
  encrypted('HELPDESK_URL'),
  encrypted('JIRA_URL'),
  encrypted('ADMIN_URL'),
  encrypted('OIDC_ISSUER'),
  encryptedPages,
  ({ NODE_TLS_REJECT_UNAUTHORIZED: checks }) => (checks === '0' ? ['NODE_TLS_REJECT_UNAUTHORIZED=0 believes any certificate: take it out, and name a CA of your own in NODE_EXTRA_CA_CERTS'] : []),
  safeMail,
  distinctGrantKeys,
  keysOfTheirOwn,
  signedAudit,
];

/** Every problem of these settings for production; none where it may start. */
export const unsafe = (settings: Settings): string[] => RULES.flatMap((rule) => rule(settings));
