import fc from 'fast-check';

const STRINGS = [
  "'a'",
  "';'",
  "'a''b'",
  "'--'",
  "'/*'",
  "'$$'",
  "'\\'",
  "'\\'';'",
  "E'\\';'",
  "E'a\\\\'",
  "e'\\'' --x\n ';\\''",
  "'a'\n';'",
  "'a' --'\n\t';'",
  "b'01'",
  "B'1'",
  "x'1f'",
  "n';'",
  "U&'\\0061;'",
  '$$;$$',
  '$a$ $b$; $a$',
  "$é$;'$é$",
  '1',
  '1.5e3',
  '.5',
  'null',
  'array[1,2]',
  "(select ';')",
  '1 as "x;""y"',
  '1 as u&"d\\0061t;"',
  '1 as a$b$c$',
  '2*/*;*/3',
  '1+--;\n2',
  "'x'::text",
];
const BLANKS = [' ', '\n', '\t', '\r\n', ' --;\n', " --'\n", '/*;*/', "/*'*/", '/*/*;*/;*/', ' /**/ '];
const MARKS = [...';\'"$-/*\\,()', 'E', 'a', ' ', '\n', '--', '/*', '*/', '$$', "''", 'é'];

const blank = fc.constantFrom(...BLANKS);
const statement = fc
  .array(fc.tuple(fc.constantFrom(...STRINGS), blank), { minLength: 1, maxLength: 4 })
  .map((all) => `select ${all.map(([text, after]) => text + after).join(',')}`);
const script = fc
  .array(fc.tuple(blank, statement, fc.constantFrom(';', ';', ' ;;', '')), { minLength: 1, maxLength: 3 })
  .map((all) => all.flat().join(''));

const cuts = fc.array(fc.tuple(fc.nat({ max: 80 }), fc.nat({ max: 2 }), fc.constantFrom('', ...MARKS)), {
  maxLength: 2,
});

/** One or a few SELECTs full of quotes and comments, some with a few characters put in or taken out. */
export const sqlText: fc.Arbitrary<string> = fc
  .tuple(script, cuts)
  .map(([text, all]) =>
    all.reduce((whole, [at, removed, put]) => whole.slice(0, at) + put + whole.slice(at + removed), text),
  );
