import fc from 'fast-check';
import { CONNINFO_OPTIONS } from '../src/options.generated.ts';

const KEYWORDS = [...CONNINFO_OPTIONS.map(({ keyword }) => keyword), 'requiressl', 'ssl', 'bogus', '__proto__', ''];
const MARKS = [...' \t\n\v\f\r\'"\\=%&?/@:,[]#+;.-1', 'a', 'Z', '\u00a0', '\ufeff', 'é', '中', '😀'];
const ESCAPES = ['%41', '%C3%A9', '%2C', '%20', '%00', '%ff', '%', '%4', '%4g', '%E4%B8%AD', '%c3'];

const keyword = fc.constantFrom(...KEYWORDS);
const mark = fc.constantFrom(...MARKS);
const encoded = fc.constantFrom(...ESCAPES);
const word = fc.string({
  unit: fc.oneof({ arbitrary: fc.constantFrom(...'abcXYZ019_.-'), weight: 6 }, mark),
  maxLength: 8,
});
const plain = fc.string({ unit: fc.constantFrom(...'abcXYZ019_.-'), maxLength: 6 });
const blank = fc.constantFrom('', '', '', ' ', '  ', '\t', '\n');

const bareOrQuoted = fc.oneof(
  plain,
  word,
  word.map((value) => `'${value.replaceAll(/[\\']/g, '\\$&')}'`),
  word.map((value) => `'${value}'`),
);

const pairs = fc
  .array(
    fc.tuple(keyword, blank, fc.constantFrom('=', '=', '=', ''), blank, bareOrQuoted, fc.constantFrom(' ', ' ', '')),
    {
      maxLength: 5,
    },
  )
  .map((all) => all.map((parts) => parts.join('')).join(''));

const component = fc.array(fc.oneof(plain, plain, word, encoded), { maxLength: 3 }).map((parts) => parts.join(''));
const host = fc.oneof(
  component,
  plain,
  plain.map((address) => `[${address}]`),
  fc.constant('[::1]'),
  fc.constant('%2Ftmp'),
);
const hostspec = fc
  .tuple(
    host,
    fc.oneof(
      fc.constant(''),
      plain.map((port) => `:${port}`),
    ),
  )
  .map((parts) => parts.join(''));
const parameter = fc
  .tuple(keyword, fc.constantFrom('=', '=', '=', '', '=='), fc.oneof(component, fc.constant('true')))
  .map((parts) => parts.join(''));

const uri = fc
  .tuple(
    fc.constantFrom('postgresql://', 'postgres://'),
    fc.oneof(
      fc.constant(''),
      component.map((user) => `${user}@`),
      fc.tuple(component, component).map(([u, p]) => `${u}:${p}@`),
    ),
    fc.array(hostspec, { maxLength: 3 }).map((all) => all.join(',')),
    fc.oneof(
      fc.constant(''),
      component.map((dbname) => `/${dbname}`),
    ),
    fc.oneof(
      fc.constant(''),
      fc.array(parameter, { maxLength: 3 }).map((all) => `?${all.join('&')}`),
    ),
  )
  .map((parts) => parts.join(''));

const soup = fc
  .array(fc.oneof(keyword, mark, encoded, fc.constantFrom('postgresql://', 'true', '=', "'")), { maxLength: 12 })
  .map((parts) => parts.join(''));

/** A text with a few marks put in, and a few of its characters taken out. */
function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const cuts = fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 1 }), fc.oneof(mark, encoded)), { maxLength: 3 });
  return fc.tuple(text, cuts).map(([whole, all]) =>
    all
      .reduce(
        (characters, [at, removed, put]) => {
          return [...characters.slice(0, at), put, ...characters.slice(at + removed)];
        },
        [...whole],
      )
      .join(''),
  );
}

/** Connection strings of both grammars: right ones, nearly right ones and soup. */
export const conninfoText: fc.Arbitrary<string> = fc.oneof(pairs, uri, damaged(pairs), damaged(uri), soup);
