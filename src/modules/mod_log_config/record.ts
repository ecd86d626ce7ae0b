import type { RequestRecord } from '../../pipeline/request.ts';
import type { FormatPiece } from './format.ts';
import { itemValue, type LogMoment } from './items.ts';

/** A log line as fields. */
export type RecordWriter = (
  original: RequestRecord,
  final: RequestRecord,
  moment: LogMoment,
) => Readonly<Record<string, unknown>>;

const FIELDS: ReadonlyMap<string, string> = new Map([
  ['h', 'remoteHost'],
  ['a', 'remoteAddress'],
  ['A', 'localAddress'],
  ['l', 'ident'],
  ['L', 'logId'],
  ['u', 'user'],
  ['t', 'time'],
  ['r', 'request'],
  ['s', 'status'],
  ['b', 'bytes'],
  ['B', 'bytes'],
  ['I', 'bytesIn'],
  ['O', 'bytesOut'],
  ['S', 'bytesTotal'],
  ['D', 'durationUs'],
  ['T', 'duration'],
  ['f', 'file'],
  ['H', 'protocol'],
  ['k', 'keptAlive'],
  ['m', 'method'],
  ['p', 'port'],
  ['P', 'pid'],
  ['q', 'query'],
  ['R', 'handler'],
  ['U', 'path'],
  ['v', 'server'],
  ['V', 'serverName'],
  ['X', 'connection'],
]);

/** Items that are numbers; `-` among them becomes 0. */
const NUMBERS = new Set(['s', 'b', 'B', 'I', 'O', 'S', 'D', 'T', 'k', 'p', 'P']);

const TABLES: ReadonlyMap<string, string> = new Map([
  ['i', 'requestHeader'],
  ['o', 'responseHeader'],
  ['e', 'env'],
  ['n', 'note'],
  ['C', 'cookie'],
]);

function fieldName(name: string, argument: string): string {
  const table = TABLES.get(name);
  if (table !== undefined) return `${table}.${argument.toLowerCase()}`;
  const field = FIELDS.get(name) ?? name;
  return argument === '' || name === 't' ? field : `${field}.${argument}`;
}

/** The function that makes the fields which a format asks for; its literal text is left out. */
export function compileRecord(pieces: readonly FormatPiece[]): RecordWriter {
  const fields = pieces.flatMap((piece) => {
    if (piece.kind === 'text') return [];
    const value = itemValue(piece.name, piece.argument);
    const { wantsOriginal, statuses, isExcept } = piece;
    return [
      {
        field: fieldName(piece.name, piece.argument),
        isNumber: NUMBERS.has(piece.name),
        applies: (req: RequestRecord) => statuses.length === 0 || statuses.includes(req.status) !== isExcept,
        value: (original: RequestRecord, final: RequestRecord, moment: LogMoment) =>
          value(wantsOriginal ? original : final, moment),
      },
    ];
  });
  return (original, final, moment) => {
    const record: Record<string, unknown> = {};
    for (const { field, isNumber, applies, value } of fields) {
      if (!applies(final)) continue;
      const text = value(original, final, moment);
      record[field] = isNumber ? Number(text) || 0 : text === '-' ? null : text;
    }
    return record;
  };
}
