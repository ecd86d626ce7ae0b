import { readFileSync } from 'node:fs';

/** The parts of a 64-bit little-endian ELF image that lead from an exported variable to the data behind its pointers. */
export interface ElfImage {
  /** Exported data symbols: name to virtual address. */
  readonly symbols: ReadonlyMap<string, bigint>;
  /** The pointer stored at `address` once the loader has relocated the image; 0 when none. */
  pointer(address: bigint): bigint;
  int32(address: bigint): number;
  cString(address: bigint): string;
}

const SHT_RELA = 4;
const SHT_DYNSYM = 11;
const PT_LOAD = 1;
const R_RELATIVE = new Set([8n, 1027n]); // x86-64, aarch64
const STT_OBJECT = 1;

interface Segment {
  readonly address: bigint;
  readonly offset: bigint;
  readonly size: bigint;
}

/** Reads an executable or a shared object of the machine that runs the script. */
export function readElf(path: string): ElfImage {
  const bytes = readFileSync(path);
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2)
    throw new Error(`${path} is no 64-bit ELF file`);
  const segments: Segment[] = [];
  for (let i = 0; i < bytes.readUInt16LE(56); i++) {
    const at = Number(bytes.readBigUInt64LE(32)) + i * bytes.readUInt16LE(54);
    if (bytes.readUInt32LE(at) !== PT_LOAD) continue;
    segments.push({
      offset: bytes.readBigUInt64LE(at + 8),
      address: bytes.readBigUInt64LE(at + 16),
      size: bytes.readBigUInt64LE(at + 32),
    });
  }
  const findOffset = (address: bigint): number | undefined => {
    const segment = segments.find((s) => address >= s.address && address < s.address + s.size);
    return segment && Number(address - segment.address + segment.offset);
  };
  const fileOffset = (address: bigint): number => {
    const offset = findOffset(address);
    if (offset === undefined) throw new Error(`${path}: address 0x${address.toString(16)} is in no segment`);
    return offset;
  };
  const cStringAt = (at: number): string => bytes.toString('latin1', at, bytes.indexOf(0, at));

  const symbols = new Map<string, bigint>();
  const relocated = new Map<bigint, bigint>();
  const sectionTable = Number(bytes.readBigUInt64LE(40));
  const section = (index: number) => {
    const at = sectionTable + index * bytes.readUInt16LE(58);
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: Number(bytes.readBigUInt64LE(at + 24)),
      size: Number(bytes.readBigUInt64LE(at + 32)),
      link: bytes.readUInt32LE(at + 40),
    };
  };
  for (let i = 0; i < bytes.readUInt16LE(60); i++) {
    const { type, offset, size, link } = section(i);
    if (type === SHT_DYNSYM) {
      const names = section(link).offset;
      for (let at = offset; at < offset + size; at += 24) {
        const isDefined = bytes.readUInt16LE(at + 6) !== 0;
        if (!isDefined || (bytes[at + 4]! & 0xf) !== STT_OBJECT) continue;
        symbols.set(cStringAt(names + bytes.readUInt32LE(at)), bytes.readBigUInt64LE(at + 8));
      }
    } else if (type === SHT_RELA) {
      for (let at = offset; at < offset + size; at += 24) {
        if (!R_RELATIVE.has(bytes.readBigUInt64LE(at + 8) & 0xffffffffn)) continue;
        relocated.set(bytes.readBigUInt64LE(at), bytes.readBigUInt64LE(at + 16));
      }
    }
  }
  return {
    symbols,
    pointer: (address) => {
      const target = relocated.get(address);
      if (target !== undefined) return target;
      const offset = findOffset(address); // uninitialised data is in no file
      return offset === undefined ? 0n : bytes.readBigUInt64LE(offset);
    },
    int32: (address) => bytes.readInt32LE(fileOffset(address)),
    cString: (address) => cStringAt(fileOffset(address)),
  };
}
