/**
 * A keyword/value connection string of these options.
 *
 * @example conninfoText({ host: '127.0.0.1', application_name: "it's" }) // "host=127.0.0.1 application_name='it\\'s'"
 */
export function conninfoText(options: Readonly<Record<string, string>>): string {
  return Object.entries(options)
    .map(([keyword, value]) => `${keyword}=${conninfoValue(value)}`)
    .join(' ');
}

function conninfoValue(value: string): string {
  return /^[^\s'\\]+$/.test(value) ? value : `'${value.replace(/['\\]/g, '\\$&')}'`;
}
