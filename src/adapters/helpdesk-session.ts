/** Signed in to the helpdesk: OAuth client credentials, a cached token, and lists page by page. */
import { z } from 'zod';
import { refused } from '../activities/failures.js';
import type { WorkerConfig } from '../config.js';
import { http, shaped, type Http, type HttpAnswer, type HttpCall, type Patience } from './http.js';

export type HelpdeskCredentials = Pick<WorkerConfig['helpdesk'], 'url' | 'clientId' | 'clientSecret'> & Patience;

export interface HelpdeskSession {
  call: Http;
  /** Every page of a list, by the links that the helpdesk gives. */
  pages(call: HttpCall): AsyncGenerator<unknown>;
  /** The id of the user we act as. */
  whoAmI(): Promise<string>;
}

const tokenAnswer = z.object({ access_token: z.string().min(1) });
const meAnswer = z.object({ user: z.object({ id: z.int() }) });
const page = z.object({
  next_page: z.string().nullish(),
  links: z.object({ next: z.string().nullish() }).nullish(),
  meta: z.object({ has_more: z.boolean() }).nullish(),
});

/** Nothing is sent before the first call. The token is renewed once where the helpdesk answers 401. */
export function helpdeskSession(
  { url, clientId, clientSecret, timeoutMs }: HelpdeskCredentials,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): HelpdeskSession {
  const send = http('helpdesk', url, { fetch, timeoutMs });
  let token: Promise<string> | null = null;
  let me: Promise<string> | null = null;

  async function signIn(): Promise<string> {
    const doing = 'sign us in';
    const { body } = await send({
      doing,
      method: 'POST',
      path: '/oauth/tokens',
      body: { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'read write' },
    });
    return shaped(tokenAnswer, body, 'helpdesk', doing).access_token;
  }

  /** One sign-in for all that wait for it; a failed one is not kept. */
  function signedIn(): Promise<string> {
    token ??= signIn().catch((error: unknown) => {
      token = null;
      throw error;
    });
    return token;
  }

  async function call(request: HttpCall): Promise<HttpAnswer> {
    const attempt = async (using: Promise<string>, answers: readonly number[]) =>
      send({ ...request, headers: { ...request.headers, authorization: `Bearer ${await using}` }, answers });

    const first = signedIn();
    const answer = await attempt(first, [...(request.answers ?? []), 401]);
    if (answer.status !== 401) return answer;
    // Someone else may have renewed it meanwhile.
    if (token === first) token = null;
    return attempt(signedIn(), request.answers ?? []);
  }

  async function* pages(request: HttpCall): AsyncGenerator<unknown> {
    const seen = new Set<string>();
    for (let next: HttpCall | null = request; next;) {
      const { body } = await call(next);
      yield body;
      const path = nextPath(shaped(page, body, 'helpdesk', request.doing), request.doing);
      if (path !== null && seen.has(path)) throw refused('helpdesk', request.doing, 'malformed answer', 'its pages go in a circle');
      if (path !== null) seen.add(path);
      next = path === null ? null : { ...request, path, query: {} };
    }
  }

  async function askWhoWeAre(): Promise<string> {
    const doing = 'say who we are';
    const { body } = await call({ doing, path: '/api/v2/users/me' });
    return String(shaped(meAnswer, body, 'helpdesk', doing).user.id);
  }

  return {
    call,
    pages,
    whoAmI() {
      me ??= askWhoWeAre().catch((error: unknown) => {
        me = null;
        throw error;
      });
      return me;
    },
  };
}

/** Only the path of a link is followed: our token goes to no other host. */
function nextPath({ next_page, links, meta }: z.output<typeof page>, doing: string): string | null {
  const link = meta ? (meta.has_more ? links?.next : null) : next_page;
  if (!link) return null;
  const at = link.indexOf('/api/v2/');
  if (at < 0) throw refused('helpdesk', doing, 'malformed answer', 'not as agreed: the link to the next page');
  return link.slice(at);
}
