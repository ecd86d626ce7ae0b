import type { ConfigFiles } from '../../src/load/files.ts';

/** A disk that holds these files, by absolute path, and the directories above them. */
export function memoryFiles(files: Readonly<Record<string, string>>): ConfigFiles {
  const paths = Object.keys(files);
  const missing = (code: string) => Object.assign(new Error(code), { code });
  const namesIn = (directory: string) => {
    const prefix = directory === '/' ? '/' : `${directory}/`;
    return [
      ...new Set(
        paths
          .filter((path) => path.startsWith(prefix))
          .map((path) => path.slice(prefix.length).split('/')[0]!),
      ),
    ];
  };
  return {
    kind: (path) => (files[path] !== undefined ? 'file' : namesIn(path).length > 0 ? 'directory' : undefined),
    read(path) {
      const text = files[path];
      if (text === undefined) throw missing('ENOENT');
      return text;
    },
    list(path) {
      const names = namesIn(path);
      if (names.length === 0) throw missing('ENOENT');
      return names;
    },
  };
}
