import { describe, expect, test } from 'vitest';

import { mayRetry, RetryBudget, type RetryQuestion } from '../../src/backend/retry.ts';
import {
  BackendClosedError,
  BackendConnectError,
  BackendConnectTimeoutError,
  BackendRefusedError,
  BackendTimeoutError,
  BackendVersionError,
  BackendWriteError,
  NOTHING_SENT,
} from '../../src/fastcgi/errors.ts';

const REUSED = { wasReused: true, wasRequestSent: true, hasAnswer: false };
const FRESH = { wasReused: false, wasRequestSent: true, hasAnswer: false };
const ANSWERED = { wasReused: true, wasRequestSent: true, hasAnswer: true };
const connect = new BackendConnectError({ number: 'AH00957', message: 'refused' }, undefined);

function ask(question: Partial<RetryQuestion> & Pick<RetryQuestion, 'error'>): boolean {
  return mayRetry({ method: 'GET', isBodyReplayable: true, wasRetried: false, leftMs: 1000, ...question });
}

describe('a request may be sent again', () => {
  test.each([
    ['connecting failed', { error: connect }],
    ['connecting failed, POST', { error: connect, method: 'POST' }],
    [
      'the write failed before anything left',
      { error: new BackendWriteError(NOTHING_SENT, undefined), method: 'POST' },
    ],
    ['OVERLOADED, POST', { error: new BackendRefusedError(2, ANSWERED), method: 'POST' }],
    ['a kept connection was closed, GET', { error: new BackendClosedError(REUSED) }],
    ['a kept connection was closed, HEAD', { error: new BackendClosedError(REUSED), method: 'HEAD' }],
    ['a kept connection was closed while writing', { error: new BackendWriteError(REUSED, undefined) }],
  ])('%s', (_, question) => {
    expect(ask(question)).toBe(true);
  });
});

describe('a request is not sent again', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'get', 'WHATEVER'])(
    'after a kept connection was closed: %s',
    (method) => {
      expect(ask({ error: new BackendClosedError(REUSED), method })).toBe(false);
    },
  );

  test.each([
    ['a fresh connection was closed', { error: new BackendClosedError(FRESH) }],
    ['a byte of an answer came', { error: new BackendClosedError(ANSWERED) }],
    ['it timed out', { error: new BackendTimeoutError(REUSED) }],
    ['connecting timed out', { error: new BackendConnectTimeoutError({ number: '', message: '' }) }],
    ['the answer was no FastCGI', { error: new BackendVersionError(72, REUSED) }],
    ['the role is not known', { error: new BackendRefusedError(3, ANSWERED) }],
    ['the body is gone', { error: connect, isBodyReplayable: false }],
    ['it was sent again already', { error: connect, wasRetried: true }],
    ['its time is used up', { error: connect, leftMs: 0 }],
  ])('%s', (_, question) => {
    expect(ask(question)).toBe(false);
  });
});

describe('the retry budget', () => {
  test('is ten in a second when there is little traffic', () => {
    const budget = new RetryBudget();
    const taken = Array.from({ length: 12 }, () => budget.take(5000));
    expect(taken.filter(Boolean)).toHaveLength(10);
    expect(budget.take(6000)).toBe(true);
  });

  test('is a tenth of the requests when there is much', () => {
    const budget = new RetryBudget();
    for (let request = 0; request < 500; request += 1) budget.countRequest(5000);
    expect(Array.from({ length: 60 }, () => budget.take(5500)).filter(Boolean)).toHaveLength(50);
  });
});
