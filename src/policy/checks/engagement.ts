/** "Engagement Verification Process": the report first, then the data behind it, then what the figures mean. */
import type { DataImport, EngagementReport, ReportParameters } from '../../activities/groups-port.js';
import type { Readings } from '../../domain/troubleshooting.js';
import { judged, listed, sameNames, unknown, type Check, type Checks } from './check.js';

const PROCESS = 'Group Troubleshooting, Engagement Verification Process';

const checks: Check[] = [
  {
    id: 'engagement/report-parameters',
    source: `${PROCESS}, Verify Report Parameters`,
    asks: "whether the report's dates, group and metrics are those that were asked for",
    reads: ['report'],
    passes: "The report's dates, group and metrics are those that were asked for.",
    fails: 'The report was not made with the dates, the group and the metrics that were asked for.',
    unknown: 'There is no report to look at.',
    fix: 'regenerate-report',
    guidance: ['Find out which dates, group and metrics the client means, and make the report with those in Admin.'],
    judge: ({ report }) => {
      if (!report?.value) return unknown(report ? 'no report' : null);
      const { parameters, requested } = report.value;
      return judged(sameParameters(parameters, requested), `made for ${said(parameters)}; asked for ${said(requested)}`);
    },
  },
  {
    id: 'engagement/imports-completed',
    source: `${PROCESS}, Check Data Sync Status`,
    ourReading:
      'The newest import of each kind counts. An import that has not completed is left to a person: no quick fix is documented for it.',
    asks: 'whether the newest eligibility import and the newest member import have completed',
    reads: ['imports'],
    passes: 'The newest eligibility and member imports have completed.',
    fails: 'The newest eligibility import or the newest member import has not completed.',
    unknown: 'It is not known whether eligibility and members were imported.',
    guidance: ['Wait for an import that is running; have one that failed, or was partial, run again. Then diagnose again.'],
    judge: ({ imports }) => {
      if (!imports) return unknown();
      const newest = (['eligibility', 'members'] as const).map((kind) => ({ kind, found: newestOf(imports.value, kind) }));
      const value = newest.map(({ kind, found }) => `${kind}: ${found ? found.status : 'never'}`).join(', ');
      if (newest.some(({ found }) => found && found.status !== 'completed')) return judged(false, value);
      return newest.every(({ found }) => found) ? judged(true, value) : unknown(value);
    },
  },
  {
    id: 'engagement/definition',
    source: `${PROCESS}, Compare Definitions`,
    ourReading:
      'Two definitions are explained, with the figures, and nothing is changed; but only once the figures agree with the activity logs. Where nobody wrote down what the client counts, the explanation says so.',
    asks: 'whether the client counts the same as engagement (logins, searches, actions) as the platform',
    reads: ['definition'],
    passes: 'The client and the platform count the same as engagement.',
    fails: 'The client counts something else as engagement than the platform.',
    unknown: 'It is not known what the client counts as engagement.',
    explains: true,
    symptom: true,
    mayBeUnknown: true,
    guidance: ['Ask the client what they count as engagement, and compare it with the definition in Admin.'],
    judge: ({ definition }) => {
      if (!definition) return unknown();
      const { platform, client } = definition.value;
      const value = `platform: ${listed(platform)}; client: ${client ? listed(client) : 'not written down'}`;
      return client ? judged(sameNames(platform, client), value) : unknown(value);
    },
  },
  {
    id: 'engagement/activity-logs',
    source: `${PROCESS}, Cross-Reference Data`,
    ourReading: "A report that does not agree with the logs of the same days is made anew (\"Regenerate Reports\").",
    asks: "whether the report's figures are those of the activity logs",
    reads: ['report', 'activity'],
    passes: "The report's figures are those of the activity logs.",
    fails: "The report's figures are not those of the activity logs.",
    unknown: "The report's figures could not be compared with the activity logs.",
    fix: 'regenerate-report',
    guidance: ["Compare the report's figures with the activity logs of the same days in Admin."],
    judge: (readings) => {
      const { report, activity } = readings;
      if (!report?.value || !activity) return unknown();
      const off = differences(readings);
      return off ? judged(off.length === 0, off.length ? `differ: ${listed(off)}` : 'the same') : unknown('not of the same days or metrics');
    },
  },
];

export const engagement: Checks = {
  checks,
  commonCause: 'the wrong reporting period',
  quickFix: 'regenerate the report with the right parameters',
  nothingWrong: {
    explains: true,
    cause: "The report is what was asked for, and its figures are those of the activity logs.",
    guidance: ['Explain the definition of engagement to the client, with the figures.'],
    asksFacts: [],
  },
};

/** The same days, group and metrics. */
export const sameParameters = (a: ReportParameters, b: ReportParameters): boolean =>
  a.from === b.from && a.to === b.to && a.groupId === b.groupId && sameNames(a.metrics, b.metrics);

/** The metrics in which report and logs differ; null where they cannot be compared. */
export function differences({ report, activity }: Pick<Readings, 'report' | 'activity'>): string[] | null {
  if (!report?.value || !activity) return null;
  const { parameters, figures } = report.value;
  const logs = activity.value;
  if (logs.from !== parameters.from || logs.to !== parameters.to || parameters.metrics.length === 0) return null;
  if (parameters.metrics.some((m) => !isFigure(logs.figures, m))) return null;
  return parameters.metrics.filter((m) => !isFigure(figures, m) || figures[m] !== logs.figures[m]);
}

const isFigure = (figures: EngagementReport['figures'], metric: string): boolean =>
  Object.hasOwn(figures, metric) && Number.isFinite(figures[metric]);

function newestOf(imports: readonly DataImport[], kind: DataImport['kind']): DataImport | undefined {
  return imports.filter((i) => i.kind === kind).toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))[0];
}

const said = ({ from, to, groupId, metrics }: ReportParameters) => `${from} to ${to}, group ${groupId}, ${listed(metrics)}`;
