/** Secrets made up anew for each run, for tests that read a configuration and do not look at them. */
import { randomBytes } from 'node:crypto';

const key = (): string => `k1:${randomBytes(32).toString('base64')}`;

export const KEYS = { GRANT_KEYS: key(), PAYLOAD_KEYS: key() };
/** Of a gateway in development. */
export const SECRETS = { ...KEYS, ONETOUCH_ENV: 'development', HELPDESK_WEBHOOK_SECRET: 'h', JIRA_WEBHOOK_SECRET: 'j' };
