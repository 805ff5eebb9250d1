/** Logs: pino, also behind Temporal's own logger. Ticket numbers and row ids only, never member data. */
import { pino, type Logger as Pino } from 'pino';
import type { Logger, LogMetadata } from '@temporalio/worker';

export const logger = (level: string): Pino => pino({ level });

/** Temporal's logger in front of pino. */
export function temporalLogger(log: Pino): Logger {
  const at = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: LogMetadata) =>
    log[level](meta ?? {}, message);
  return {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    log: (level, message, meta) => at(level.toLowerCase() as 'info')(message, meta),
  };
}
