import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** The packages that are published, lowest layer first. */
export const PACKAGES = ['protocol', 'connstring', 'sql', 'client', 'session', 'fmgr', 'pglite'] as const;

export type PackageName = (typeof PACKAGES)[number];

/** One name that a package exports. */
export interface PublicExport {
  readonly packageName: PackageName;
  /** What it is imported from, such as `@pg-dblink/protocol/server`. */
  readonly specifier: string;
  readonly name: string;
  readonly kind: 'value' | 'type';
  readonly isDocumented: boolean;
  /** The code of its examples, without fences. */
  readonly examples: readonly string[];
  /** Where it is declared: file and line. */
  readonly place: string;
}

/** Reads what the packages export, as the compiler sees it. */
export function publicExports(root: string): readonly PublicExport[] {
  const entries = PACKAGES.flatMap((name) => entriesOf(root, name));
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    compilerOptions(root),
  );
  const checker = program.getTypeChecker();
  return entries.flatMap(({ packageName, specifier, file }) => {
    const source = program.getSourceFile(file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    const exported = module === undefined ? [] : checker.getExportsOfModule(module);
    return exported.map((symbol): PublicExport => {
      const { name } = symbol;
      const declared = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const examples = declared.getJsDocTags(checker).filter((tag) => tag.name === 'example');
      return {
        packageName,
        specifier,
        name,
        kind: declared.flags & ts.SymbolFlags.Value ? 'value' : 'type',
        isDocumented: ts.displayPartsToString(declared.getDocumentationComment(checker)).trim() !== '',
        examples: examples.map(({ text }) => withoutFences(ts.displayPartsToString(text))),
        place: placeOf(root, declared),
      };
    });
  });
}

/** The options of the root's own check, so that an example obeys the same rules. */
export function compilerOptions(root: string): ts.CompilerOptions {
  const path = join(root, 'tsconfig.json');
  const read = ts.readConfigFile(path, (file) => readFileSync(file, 'utf8'));
  return ts.parseJsonConfigFileContent(read.config, { ...ts.sys, readDirectory: () => [] }, root).options;
}

interface Entry {
  readonly packageName: PackageName;
  readonly specifier: string;
  readonly file: string;
}

function entriesOf(root: string, packageName: PackageName): readonly Entry[] {
  const folder = join(root, 'packages', packageName);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  };
  return Object.entries(exports).flatMap(([path, conditions]) => {
    const source = typeof conditions === 'string' ? undefined : conditions['@pg-dblink/source'];
    return source === undefined
      ? []
      : [{ packageName, specifier: `@pg-dblink/${packageName}${path.slice(1)}`, file: join(folder, source) }];
  });
}

function withoutFences(text: string): string {
  return text.replace(/^```\w*\n/, '').replace(/\n```$/, '');
}

function placeOf(root: string, symbol: ts.Symbol): string {
  const declaration = symbol.declarations?.[0];
  if (declaration === undefined) return symbol.name;
  const source = declaration.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(declaration.getStart());
  return `${relative(root, source.fileName)}:${line + 1}`;
}
