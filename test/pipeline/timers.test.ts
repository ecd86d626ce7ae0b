import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { schedule } from '../../src/pipeline/timers.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.advanceTimersByTime(200_000);
  vi.useRealTimers();
});

test('fires once, not before its time and soon after', () => {
  const fired = vi.fn();
  schedule(1000, fired);
  vi.advanceTimersByTime(999);
  expect(fired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(101);
  expect(fired).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(5000);
  expect(fired).toHaveBeenCalledTimes(1);
});

test('refresh moves it, both ways', () => {
  const fired = vi.fn();
  const timer = schedule(1000, fired);
  vi.advanceTimersByTime(900);
  timer.refresh(1000);
  vi.advanceTimersByTime(900);
  expect(fired).not.toHaveBeenCalled();
  timer.refresh(60_000);
  timer.refresh(100);
  vi.advanceTimersByTime(250);
  expect(fired).toHaveBeenCalledTimes(1);
});

test('cancel gives it up, refresh revives it', () => {
  const fired = vi.fn();
  const timer = schedule(100, fired);
  timer.cancel();
  vi.advanceTimersByTime(1000);
  expect(fired).not.toHaveBeenCalled();
  timer.refresh(100);
  vi.advanceTimersByTime(250);
  expect(fired).toHaveBeenCalledTimes(1);
  timer.refresh(100);
  vi.advanceTimersByTime(250);
  expect(fired).toHaveBeenCalledTimes(2);
});

test('times beyond a turn of the wheel are kept', () => {
  const fired = vi.fn();
  schedule(120_000, fired);
  vi.advanceTimersByTime(119_900);
  expect(fired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(200);
  expect(fired).toHaveBeenCalledTimes(1);
});

test('a call may schedule the next one', () => {
  let count = 0;
  const timer = schedule(100, () => {
    if (++count < 5) timer.refresh(100);
  });
  vi.advanceTimersByTime(1000);
  expect(count).toBe(5);
});

test('nothing ticks when nothing waits', () => {
  schedule(100, () => undefined);
  vi.advanceTimersByTime(500);
  expect(vi.getTimerCount()).toBe(0);
});
