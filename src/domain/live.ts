/**
 * What a comment of the helpdesk may act on besides text. Zendesk reads a comment's `body` as Markdown, where a link can
 * hide where it leads and a picture is fetched as soon as it is shown; tags may pass; and what stands in double braces is
 * taken for a placeholder of the ticket. Matches the one character by which each of them lives.
 */
export const LIVE = /(?<=\]\s*)\(|(?<=\]):|(?<=!)\[|(?<=\{)[{%]|<(?=[a-z/!?])/gi;
