/** Faults on demand: what a real system does on a bad day, once for a request that a test names, or by chance. */

/** What was asked: an HTTP request, or an SMTP command with its address. */
export interface Asked {
  /** e.g. `PUT`, `POST`; `RCPT`, `DATA` for mail. */
  method: string;
  /** The path with its query, without `.json`; the recipient's address for mail. */
  path: string;
  body: string;
}
/** A pattern is tested against `METHOD path`. */
export type Matcher = RegExp | ((asked: Asked) => boolean);

export type Fault =
  /** Refuses with this status, or SMTP reply code; nothing is done, unless `done` says that the work was. */
  | { status: number; headers?: Record<string, string>; body?: unknown; done?: true }
  /** Waits so long and then drops the connection; the work is done before that where `done` says so. */
  | { hangMs: number; done?: true }
  /** Does nothing and does not answer until released; then the connection is gone. */
  | 'timeout'
  /** Does nothing and resets the connection (RST): the other side may have lost what it had not read yet. */
  | 'reset'
  /** Does nothing, says the first word of an answer and closes its half of the connection (FIN); the other half stays open. */
  | 'half-close'
  /** Does the work, sends the beginning of its answer and closes. */
  | 'cut-off'
  /** Does the work, then drops the connection: the answer is lost. */
  | 'after';

/** A fault that was ordered. */
export interface OrderedFault {
  /** Resolves with the request it befell. */
  readonly happened: Promise<Asked>;
  /** Lets a `timeout` end. */
  release(): void;
}

interface Order {
  matcher: Matcher;
  fault: Fault;
  befall(asked: Asked): void;
  released: Promise<void>;
  release(): void;
}

export class Faults {
  /** Asked for each request that no ordered fault befalls; null where it stands in no way. */
  weather: ((asked: Asked) => Fault | null | Promise<Fault | null>) | null = null;
  private waiting: Order[] = [];
  private holding = new Set<Order>();

  /** The next request that matches meets this fault, once. Earlier orders come first. */
  next(matcher: Matcher, fault: Fault): OrderedFault {
    let befall!: (asked: Asked) => void;
    let release!: () => void;
    const happened = new Promise<Asked>((resolve) => (befall = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    this.waiting.push({ matcher, fault, befall, released, release });
    return { happened, release };
  }

  /** True when something may befall the next request. */
  get pending(): boolean {
    return this.waiting.length > 0 || this.weather !== null;
  }

  /** Takes the fault meant for this request. A `timeout` has been waited for when this resolves. */
  async take(asked: Asked): Promise<Fault | null> {
    const order = this.waiting.find(({ matcher }) =>
      typeof matcher === 'function' ? matcher(asked) : matcher.test(`${asked.method} ${asked.path}`),
    );
    if (!order) return (await this.weather?.(asked)) ?? null;
    this.waiting.splice(this.waiting.indexOf(order), 1);
    order.befall(asked);
    if (order.fault === 'timeout') {
      this.holding.add(order);
      await order.released;
      this.holding.delete(order);
    }
    return order.fault;
  }

  /** Forgets what was ordered and lets go of everything that hangs. */
  clear(): void {
    this.waiting = [];
    this.weather = null;
    for (const order of this.holding) order.release();
  }
}
