/** Fingerprints of texts: for ids, and to tell that something changed without keeping what it is. No Node built-in. */

const FNV_OFFSET_BASIS = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

/** 56 bits of the text (FNV-1a of 64, folded), in 11 characters. */
export function fingerprint(text: string): string {
  let hash = FNV_OFFSET_BASIS;
  for (let i = 0; i < text.length; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * FNV_PRIME);
  return BigInt.asUintN(56, hash ^ (hash >> 56n)).toString(36).padStart(11, '0');
}
