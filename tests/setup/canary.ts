/**
 * Canary values: each names the place where it was planted, and all begin alike, so that one that was cut short, put
 * in another case or encoded is found as well. Letters alone: a name has no figures.
 */
const BEGINNING = 'Kanarienvogel';
/** One that was cut short, or changed behind its beginning. */
const A_PIECE = 'a piece of a canary';

const lettered = (n: number): string => String.fromCharCode(97 + Math.floor(n / 26), 97 + (n % 26));

/** One value for each place. */
export function canaries<P extends string>(places: readonly P[]) {
  const values = Object.fromEntries(places.map((place, i) => [place, `${BEGINNING}${lettered(i)}${place}`])) as Record<P, string>;
  const shapes = places.map((place) => ({ place, plain: new RegExp(`^${inText(values[place])}`, 'i'), coded: coded(values[place]) }));
  return {
    values,
    /** The places whose value the text has in any form, in the places' order; and last whether it has a piece of one. */
    foundIn(text: string): string[] {
      const found = new Set<string>(begun(text).map((one) => shapes.find(({ plain, coded: forms }) => plain.test(one) || forms.some((form) => one.startsWith(form)))?.place ?? A_PIECE));
      return [...places, A_PIECE].filter((place: string) => found.has(place));
    },
  };
}

/** Much more than a whole one, each of its letters escaped. */
const WINDOW = 400;
/** What begins like one, each with what follows. */
function begun(text: string): string[] {
  const at = [...text.matchAll(new RegExp(inText(BEGINNING), 'gi'))].map(({ index }) => index);
  for (const form of coded(BEGINNING)) for (let i = text.indexOf(form); i >= 0; i = text.indexOf(form, i + 1)) at.push(i);
  return at.map((i) => text.slice(i, i + WINDOW));
}

/** As it stands in text, in JSON, in HTML and in a URL, in any case; each letter by itself as it is, or as one of its escapes. */
const inText = (value: string): string => [...value].map(anyForm).join('');
function anyForm(letter: string): string {
  const codes = [letter.toLowerCase(), letter.toUpperCase()].map((one) => one.charCodeAt(0).toString(16)).join('|');
  return `(?:${letter}|%(?:${codes})|\\\\u00(?:${codes})|\0${letter}|&#x(?:${codes});)`;
}

/** In base64 wherever it may begin in a group of three bytes, and in hexadecimal; as it is, in small letters and in capitals. */
const coded = (value: string): string[] =>
  [value, value.toLowerCase(), value.toUpperCase()].flatMap((cased) => {
    const hex = Buffer.from(cased).toString('hex');
    return [...[0, 1, 2].map((shift) => Buffer.from(`${'-'.repeat(shift)}${cased}`).toString('base64').slice(shift ? 4 : 0, -4)), hex, hex.toUpperCase()];
  });
