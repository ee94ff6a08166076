/** The rows of the table that follows a text in psql's aligned output, each as its cells without the padding. */
export function tableAfter(output: string, text: string): readonly (readonly string[])[] {
  const at = output.indexOf(text);
  if (at === -1) throw new Error(`the output does not hold: ${text}`);
  const lines = output.slice(at + text.length).split('\n');
  const rule = lines.findIndex((line) => /^-+(\+-+)*$/.test(line));
  const end = lines.findIndex((line, index) => index > rule && /^\(\d+ rows?\)$/.test(line));
  if (rule === -1 || end === -1) throw new Error(`no table follows: ${text}`);
  return lines.slice(rule + 1, end).map((line) => line.split('|').map((cell) => cell.trim()));
}
