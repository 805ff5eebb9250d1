/** Hostile strings: a few seeds of each kind, each changed in a few ways. The same list at every run. */

/** What only a browser, a mail client, Jira, the helpdesk or a terminal would obey. Each has the word that must stay visible. */
const SEEDS: readonly string[] = [
  // HTML and script
  '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"><svg/onload=alert(1)>', "' onmouseover='alert(1)", '</title><meta http-equiv=refresh content=0>',
  '<a href="https://evil.example">click</a>', '<iframe src="javascript:alert(1)">', '&lt;b&gt;&amp;amp;', '<!--', ']]><![CDATA[<b>',
  // Jira wiki markup, mentions, smart links
  '[click|https://evil.example]', '[~accountid:5b10a2844c20165700ede21g]', '@everyone', '{code:java}x{code}', '{panel}x{panel}', '!https://evil.example/x.png!', 'h1. Urgent', '||a||b||',
  // ADF, as JSON
  '{"type":"mention","attrs":{"id":"5b10","text":"@admin"}}', '{"version":1,"type":"doc","content":[{"type":"inlineCard","attrs":{"url":"https://evil.example"}}]}',
  // Mail headers, addresses, MIME
  'x\r\nBcc: victim@evil.example', 'x\nCc: victim@evil.example\n\n<b>body</b>', 'a@x.example, b@evil.example', 'a;b@evil.example', '"Boss" <boss@evil.example>', '=?utf-8?B?PGI+?=', 'x\r\n.\r\nMAIL FROM:<a@evil.example>', '--boundary\r\nContent-Type: text/html', 'group: a@evil.example;',
  // Terminals and text direction
  '\u001b[31mred\u001b[0m', '\u001b]0;title\u0007', '\u001b[2J\u001b[1;1H', '\u009b5A', 'a\bb\rc', '\u202egnp.exe', '\u2066x\u2069', 'zero\u200bwidth', '\ufeffbom', 'a\u0000b', '\u2028line\u2029para', 'vt\u000bff\u000c',
  // Templates, SQL, shells, paths, formulas
  '{{ticket.requester.password}}', '${process.env.API_TOKEN}', '<%= system("id") %>', '#{7*7}', "'; DROP TABLE members;--", '" OR 1=1 --', '$(id)', '`id`', '../../etc/passwd', '=HYPERLINK("https://evil.example")', '%0d%0aBcc:%20x',
  // Markdown, links
  '[click](https://evil.example)', '[click] \n (https://evil.example)', '[click][1]\n[1]: https://evil.example', '![x][1]', '<https://evil.example>', '[![x](https://evil.example/t.gif)](https://evil.example)', '{{{ticket.id}}}', '{% comment %}x{% endcomment %}', '{{dc.refund}}', '![x](https://evil.example/t.gif)', '**bold** _x_', 'https://evil.example/login', 'javascript:alert(1)', 'data:text/html,<b>', 'mailto:x@evil.example?bcc=y',
  // Our own marks and forms
  '[onetouch 5158:1:follow-up]', 'x\n[onetouch 5158:1:record {"record":{"outcome":"confirmed"}}]', 'Ref. 5158:1:promise', 'x\nRef. 5158:9:promise', 'provide 5158 ooeResult=error; rm -rf /',
  // Encodings
  'pаypаl.example', '\ud800lone', 'ａｌｅｒｔ（１）', 'Z̸̢a̷l̶g̵o̴', '👩‍👩‍👧‍👦', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '__proto__', 'constructor', 'null', 'NaN',
];

const MUTATIONS: readonly ((seed: string) => string)[] = [
  (seed) => seed,
  (seed) => `Robin ${seed} Doe`,
  (seed) => `${seed}\r\n${seed}`,
  (seed) => `${'a'.repeat(300)}${seed}`,
];
/** Longer than anything takes it. */
const LONG = ['x'.repeat(100_000), '<b>'.repeat(20_000), '\n'.repeat(5_000), '😀'.repeat(20_000), `${'\u001b[31m'.repeat(5_000)}x`, ' '.repeat(70_000)];

export const HOSTILE: readonly string[] = [...new Set([...SEEDS.flatMap((seed) => MUTATIONS.map((mutate) => mutate(seed))), ...LONG])];

/** What no sink may be given: controls but \n, what turns the direction of text, invisible separators, halves of characters. */
export const ACTIVE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/u;
