/** Errors as Admin answers them: RFC 9457, without member data. */
import type { Context } from 'hono';

export const problem = (c: Context, status: 400 | 401 | 403 | 404 | 409 | 412 | 422 | 428, title: string, detail: string, headers: Record<string, string> = {}) =>
  c.body(JSON.stringify({ type: 'about:blank', title, status, detail }), status, { ...headers, 'content-type': 'application/problem+json' });
export const noMember = (c: Context) => problem(c, 404, 'No such member', 'There is no member with this id.');
export const noGroup = (c: Context) => problem(c, 404, 'No such employer group', 'There is no employer group with this id.');
