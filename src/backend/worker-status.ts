/**
 * Status flags of a worker, one bit each.
 *
 * @source httpd modules/proxy/mod_proxy.h, `PROXY_WORKER_*`
 */
export const STATUS = {
  initialised: 0x001,
  ignoreErrors: 0x002,
  draining: 0x004,
  generic: 0x008,
  inShutdown: 0x010,
  disabled: 0x020,
  stopped: 0x040,
  inError: 0x080,
  hotStandby: 0x100,
  hotSpare: 0x200,
  free: 0x400,
  healthCheckFailed: 0x800,
} as const;

export type StatusFlag = (typeof STATUS)[keyof typeof STATUS];

/** Letter of `status=`, and the name that the balancer-manager shows; in the order of that page. */
const FLAGS: readonly (readonly [letter: string, shown: string, bit: StatusFlag])[] = [
  ['O', 'Init ', STATUS.initialised],
  ['I', 'Ign ', STATUS.ignoreErrors],
  ['N', 'Drn ', STATUS.draining],
  ['G', 'Gen ', STATUS.generic],
  ['U', 'Shut ', STATUS.inShutdown],
  ['D', 'Dis ', STATUS.disabled],
  ['S', 'Stop ', STATUS.stopped],
  ['E', 'Err ', STATUS.inError],
  ['H', 'Stby ', STATUS.hotStandby],
  ['R', 'Spar ', STATUS.hotSpare],
  ['F', 'Free ', STATUS.free],
  ['C', 'HcFl ', STATUS.healthCheckFailed],
];

const UNUSABLE =
  STATUS.inShutdown | STATUS.disabled | STATUS.stopped | STATUS.inError | STATUS.healthCheckFailed;

/** A worker with this status may be given requests. Draining is asked for apart. */
export function isUsable(status: number): boolean {
  return (status & STATUS.initialised) !== 0 && (status & UNUSABLE) === 0;
}

/**
 * The flags after a `status=` value is applied to them: letters set, after `-` they clear, until the next sign.
 * undefined: an unknown letter (`Unknown status parameter option`).
 */
export function applyStatusText(status: number, text: string): number | undefined {
  let isSet = true;
  let result = status;
  for (const character of text.toUpperCase()) {
    if (character === '+' || character === '-') {
      isSet = character === '+';
      continue;
    }
    const flag = FLAGS.find(([letter]) => letter === character);
    if (flag === undefined) return undefined;
    result = isSet ? result | flag[2] : result & ~flag[2];
  }
  return result;
}

/** The status as the balancer-manager shows it: `Init Ok `, `Init Dis `. */
export function statusText(status: number): string {
  let text = '';
  for (const [, shown, bit] of FLAGS) if ((status & bit) !== 0) text += shown;
  return isUsable(status) ? `${text}Ok ` : text;
}
