/** An id that comes from outside, as one segment of a path. */
import { refused, type OutsideSystem } from '../activities/failures.js';

/** A URL drops dots from its path, however they are encoded, and cannot hold half a character. */
export const isSegment = (id: string): boolean => !/^\.{0,2}$|\p{Surrogate}/u.test(id);

/** Encoded. Throws `Refused` for what cannot be one: nothing is sent. */
export function segment(system: OutsideSystem, id: string): string {
  if (!isSegment(id)) throw refused(system, 'look under an id', 'not sent', 'it is not one');
  return encodeURIComponent(id);
}
