import type {
  ArgShape,
  CatalogueRow,
  ModuleCatalogue,
  OverrideClass,
} from '../../grammar/catalogue/types.ts';
import type { ElfImage } from './elf.ts';

/** `enum cmd_how`, in its order. @source httpd include/http_config.h */
const SHAPES: readonly ArgShape[] = [
  'RAW_ARGS',
  'TAKE1',
  'TAKE2',
  'ITERATE',
  'ITERATE2',
  'FLAG',
  'NO_ARGS',
  'TAKE12',
  'TAKE3',
  'TAKE23',
  'TAKE123',
  'TAKE13',
  'TAKE_ARGV',
];

const OVERRIDE_BITS: readonly (readonly [OverrideClass, number])[] = [
  ['AuthConfig', 8],
  ['FileInfo', 4],
  ['Indexes', 16],
  ['Limit', 1],
  ['Options', 2],
];
const ACCESS_CONF = 64;
const RSRC_CONF = 128;
const EXEC_ON_READ = 256;
const OR_ALL = 31;
/** What the top level and `<VirtualHost>` admit: everything but AuthConfig and Limit. */
const SERVER_CONTEXT = RSRC_CONF | (OR_ALL & ~(8 | 1));

/** Offsets in `module_struct` and `command_struct` on 64-bit machines. */
const MODULE = { name: 16n, magic: 40n, commands: 88n };
/** "AP24", which every module of httpd 2.4 carries. */
const MAGIC = 0x41503234n;
const COMMAND = { name: 0n, override: 24n, shape: 28n, size: 40n };

const MPM_NAMES: Readonly<Record<string, string>> = {
  'event.c': 'mpm_event',
  'worker.c': 'mpm_worker',
  'prefork.c': 'mpm_prefork',
};

/** The modules that an image exports, each with its whole command table. */
export function readModules(image: ElfImage, builtIn: boolean): ModuleCatalogue[] {
  return [...image.symbols]
    .filter(
      ([symbol, address]) => symbol.endsWith('_module') && image.pointer(address + MODULE.magic) === MAGIC,
    )
    .map(([identifier, address]) => {
      const source = image.cString(image.pointer(address + MODULE.name));
      return {
        module: MPM_NAMES[source] ?? source.replace(/\.c$/, ''),
        identifier,
        source,
        builtIn,
        directives: readCommands(image, image.pointer(address + MODULE.commands)),
      };
    });
}

function readCommands(image: ElfImage, table: bigint): Record<string, CatalogueRow> {
  const rows: Record<string, CatalogueRow> = {};
  if (table === 0n) return rows;
  for (let at = table; ; at += COMMAND.size) {
    const name = image.pointer(at + COMMAND.name);
    if (name === 0n) return rows;
    const row = commandRow(
      image.cString(name),
      image.int32(at + COMMAND.override),
      image.int32(at + COMMAND.shape),
    );
    rows[row.name] ??= row; // httpd takes the first of two rows
  }
}

function commandRow(name: string, bits: number, how: number): CatalogueRow {
  const shape = SHAPES[how];
  if (shape === undefined) throw new Error(`${name}: unknown argument shape ${how}`);
  return {
    name,
    shape,
    server: (bits & SERVER_CONTEXT) !== 0,
    directory: (bits & (ACCESS_CONF | OR_ALL)) !== 0,
    override: OVERRIDE_BITS.filter(([, bit]) => (bits & bit) !== 0).map(([override]) => override),
    ...((bits & EXEC_ON_READ) !== 0 && { onRead: true as const }),
  };
}
