/** Refusal of a value for a variable or an option, in psql's words. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

const validName = /^[A-Za-z0-9_\u0080-\u{10ffff}]+$/u;

/** Reads psql's Booleans: any beginning of true, false, yes and no; on, off, 1 and 0. */
export function parseBoolean(value: string, name: string): boolean {
  const text = value.toLowerCase();
  if (text !== '') {
    if ('true'.startsWith(text) || 'yes'.startsWith(text) || text === 'on' || text === '1') return true;
    if ('false'.startsWith(text) || 'no'.startsWith(text) || text === '0') return false;
    if (text.length >= 2 && 'off'.startsWith(text)) return false;
  }
  throw new ValueError(`unrecognized value "${value}" for "${name}": Boolean expected`);
}

/** Reads one of a variable's words. */
export function parseChoice<Choice extends string>(value: string, name: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value.toLowerCase());
  if (found !== undefined) return found;
  throw new ValueError(`unrecognized value "${value}" for "${name}"\nAvailable values are: ${choices.join(', ')}.`);
}

type Check = (value: string, name: string) => unknown;

const integer: Check = (value, name) => {
  if (!/^\s*[-+]?\d+$/.test(value)) throw new ValueError(`invalid value "${value}" for "${name}": integer expected`);
};

const booleanOr =
  (words: readonly string[]): Check =>
  (value, name) => {
    if (!words.includes(value.toLowerCase())) parseBoolean(value, name);
  };

interface Special {
  readonly check: Check;
  /** What the variable is when it is unset. */
  readonly fallback: string;
}

/** Variables that mean something to the shell: which values they take, and their value when unset. */
const specials: Readonly<Record<string, Special>> = {
  AUTOCOMMIT: { check: parseBoolean, fallback: 'off' },
  ECHO: { check: (value, name) => parseChoice(value, name, ['none', 'errors', 'queries', 'all']), fallback: 'none' },
  ECHO_HIDDEN: { check: booleanOr(['noexec']), fallback: 'off' },
  FETCH_COUNT: { check: integer, fallback: '0' },
  HISTSIZE: { check: integer, fallback: '500' },
  ON_ERROR_ROLLBACK: { check: booleanOr(['interactive']), fallback: 'off' },
  ON_ERROR_STOP: { check: parseBoolean, fallback: 'off' },
  QUIET: { check: parseBoolean, fallback: 'off' },
  SHOW_ALL_RESULTS: { check: parseBoolean, fallback: 'off' },
  SHOW_CONTEXT: { check: (value, name) => parseChoice(value, name, ['never', 'errors', 'always']), fallback: 'errors' },
  SINGLELINE: { check: parseBoolean, fallback: 'off' },
  VERBOSITY: {
    check: (value, name) => parseChoice(value, name, ['default', 'verbose', 'terse', 'sqlstate']),
    fallback: 'default',
  },
};

const promptVariable = /^PROMPT[123]$/;

/** Whether a variable means something to the shell: `\\gset` must not set it. */
export function isSpecialVariable(name: string): boolean {
  return Object.hasOwn(specials, name) || promptVariable.test(name);
}

function specialOf(name: string): Special | undefined {
  return Object.hasOwn(specials, name) ? specials[name] : undefined;
}

/** psql's variables, with what each special one accepts. */
export class Variables {
  readonly #values: Map<string, string> = new Map([
    ['AUTOCOMMIT', 'on'],
    ['DBNAME', 'postgres'],
    ['ECHO', 'none'],
    ['ECHO_HIDDEN', 'off'],
    ['ENCODING', 'UTF8'],
    ['FETCH_COUNT', '0'],
    ['HISTSIZE', '500'],
    ['ON_ERROR_ROLLBACK', 'off'],
    ['ON_ERROR_STOP', 'off'],
    ['PROMPT1', '%/%R%x%# '],
    ['PROMPT2', '%/%R%x%# '],
    ['PROMPT3', '>> '],
    ['QUIET', 'off'],
    ['SHOW_ALL_RESULTS', 'on'],
    ['SHOW_CONTEXT', 'errors'],
    ['SINGLELINE', 'off'],
    ['USER', 'postgres'],
    ['VERBOSITY', 'default'],
  ]);

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /**
   * Sets a variable.
   *
   * @throws ValueError when the name or the value is not acceptable.
   */
  set(name: string, value: string): void {
    if (!validName.test(name)) throw new ValueError(`invalid variable name: "${name}"`);
    const special = specialOf(name);
    // Without a value, a switch is switched on.
    const given = special !== undefined && value === '' && special.check === parseBoolean ? 'on' : value;
    special?.check(given, name);
    this.#values.set(name, given);
  }

  /** Unsets a variable; a special one gets the value that it has then. */
  unset(name: string): void {
    if (!validName.test(name)) throw new ValueError(`invalid variable name: "${name}"`);
    const special = specialOf(name);
    if (special === undefined) this.#values.delete(name);
    else this.#values.set(name, special.fallback);
  }

  /** Whether a Boolean variable is on. */
  isOn(name: string): boolean {
    const value = this.#values.get(name);
    if (value === undefined) return false;
    try {
      return parseBoolean(value, name);
    } catch {
      return false;
    }
  }

  /** All variables in the order of their names. */
  entries(): (readonly [string, string])[] {
    return [...this.#values].sort(([left], [right]) => (left < right ? -1 : 1));
  }
}
