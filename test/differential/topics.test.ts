import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { listTopics, loadTopic, readRecorded } from '../harness/differential.ts';

test('every topic of cases has a test file', () => {
  const missing = listTopics().filter((topic) => !existsSync(join(import.meta.dirname, `${topic}.test.ts`)));
  expect(missing).toEqual([]);
});

test('every case is recorded, request by request', () => {
  const unrecorded = listTopics()
    .flatMap(loadTopic)
    .flatMap((subject) => {
      const recorded = readRecorded(subject);
      const names = [
        ...subject.requests.map(({ name }) => name),
        ...subject.starts.map(({ name }) => `start: ${name}`),
      ];
      return names.filter((name) => recorded?.has(name) !== true).map((name) => `${subject.id}: ${name}`);
    });
  expect(unrecorded).toEqual([]);
});
