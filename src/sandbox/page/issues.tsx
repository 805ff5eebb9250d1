/** Jira's part of the page: what an engineer does with an issue. */
import type { FC } from 'hono/jsx';
import type { IssueView } from '../jira/stand-in.js';
import { RESOLUTIONS } from '../jira/state.js';
import { US } from '../ledger.js';
import { Act, Input, Said, Select, Tag } from './parts.js';

export const Issue: FC<{ issue: IssueView; open: boolean }> = ({ issue: i, open }) => (
  <details id={`issue-${i.key}`} open={open}>
    <summary>
      <b>{i.key}</b> {i.summary}
      <Tag on={i.status === 'Done'}>{i.resolution ?? i.status}</Tag>
    </summary>
    <div class="body">
      <dl>
        <dt>Type</dt>
        <dd>
          {i.issueType}, priority {i.priority}
        </dd>
        <dt>Assignee</dt>
        <dd>{i.assignee ?? 'nobody'}</dd>
        <dt>Labels</dt>
        <dd>{i.labels.join(', ')}</dd>
        {i.duplicateOf && (
          <>
            <dt>Duplicates</dt>
            <dd>{i.duplicateOf}</dd>
          </>
        )}
        {i.remoteLinks.map((l) => (
          <>
            <dt>Link</dt>
            <dd>
              {l.title} ({l.url})
            </dd>
          </>
        ))}
      </dl>
      <pre class="said">{i.description}</pre>
      {i.comments.map((c) => (
        <Said by={c.by} at={c.at} how="comment" us={c.by === US} text={c.text} />
      ))}
      <form method="post" action={`/issues/${i.key}`}>
        <div class="row">
          <Select name="resolution" label="Resolution" options={RESOLUTIONS} value="Fixed" />
          <Input name="duplicateOf" label="Duplicate of (its key)" />
          <Act act="resolve" main>
            Resolve
          </Act>
        </div>
        <div class="row">
          <Input name="text" label="Comment" />
          <Act act="comment">Comment</Act>
          <Act act="start">Start work</Act>
          <Act act="reopen">Reopen</Act>
        </div>
      </form>
    </div>
  </details>
);
