/** Chance from a seed: the same seed makes the same choices, so that what was found can be found again. */

export interface Random {
  /** 0 ≤ n < 1. */
  next(): number;
  /** From `from` to `to`, both included. */
  int(from: number, to: number): number;
  pick<T>(from: readonly T[]): T;
  shuffled<T>(from: readonly T[]): T[];
  /** True with this probability. */
  chance(probability: number): boolean;
  /** By weight. */
  weighted<T>(from: readonly (readonly [weight: number, value: T])[]): T;
  /** Deals these cards in any order, and all of them before any comes again: shares are exact in a short run too. */
  deck<T>(cards: readonly T[]): () => T;
  /** A generator of its own, whose choices do not depend on how often this one is asked afterwards. */
  fork(): Random;
}

/** A generator (mulberry32). Every choice of a run comes from it, in the order in which they are made. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(from: readonly T[]): T => from[int(0, from.length - 1)]!;
  const shuffled = <T>(from: readonly T[]): T[] => {
    const all = [...from];
    for (let i = all.length - 1; i > 0; i--) {
      const j = int(0, i);
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    return all;
  };
  return {
    next,
    int,
    pick,
    shuffled,
    chance: (probability) => next() < probability,
    weighted(from) {
      let at = next() * from.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of from) {
        at -= weight;
        if (at < 0) return value;
      }
      return from.at(-1)![1];
    },
    deck(cards) {
      let left: typeof cards[number][] = [];
      return () => {
        if (left.length === 0) left = shuffled(cards);
        return left.pop()!;
      };
    },
    fork: () => random(int(0, 0xffff_ffff)),
  };
}

/** A seed for a run that names none. */
export const anySeed = (): number => Math.floor(Math.random() * 0x1_0000_0000);
