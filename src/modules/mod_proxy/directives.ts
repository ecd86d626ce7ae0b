import { isIP } from 'node:net';
import type { DirectiveNode, Word } from '../../syntax/tree.ts';
import { isForbidden } from '../core/bind-checks.ts';
import type { AcceptedDirective, BindContext, ServedDirective, UnservedDirective } from '../module.ts';
import type { ErrorOverride, ProxyDirConfig, ProxyServerConfig } from './config.ts';
import { atoi } from './numbers.ts';
import { PASS_FORBIDDEN } from './proxy-pass.ts';

type Served<V> = ServedDirective<ProxyServerConfig, ProxyDirConfig, V>;

function firstWord(node: DirectiveNode): Word {
  return node.args[0] ?? { text: '', span: node.span };
}

function isOn(node: DirectiveNode): boolean {
  return firstWord(node).text.toLowerCase() === 'on';
}

/** A size that is 0 or at least 512 bytes. */
function bindBufferSize(ctx: BindContext, node: DirectiveNode): number | undefined {
  const bytes = atoi(firstWord(node).text);
  if (bytes >= 512 || bytes === 0) return bytes;
  return ctx.error(firstWord(node), `${node.name.text} must be >= 512 bytes, or 0 for system default.`);
}

export const proxyTimeout: Served<number> = {
  bind(ctx, node) {
    const seconds = atoi(firstWord(node).text);
    if (seconds < 1) return ctx.error(firstWord(node), 'Proxy Timeout must be at least 1 second.');
    return seconds * 1000;
  },
  apply({ server }, ms) {
    server.timeoutMs = ms;
  },
};

export const proxyIOBufferSize: Served<number> = {
  bind: bindBufferSize,
  apply({ server }, bytes) {
    server.ioBufferBytes = bytes;
  },
};

export const proxyReceiveBufferSize: Served<number> = {
  bind: bindBufferSize,
  apply({ server }, bytes) {
    server.receiveBufferBytes = bytes;
  },
};

export const proxyMaxForwards: Served<number> = {
  bind: (_ctx, node) => atoi(firstWord(node).text),
  apply({ server }, count) {
    server.maxForwards = count;
  },
};

export const proxyPassInterpolateEnv: Served<boolean> = {
  bind: (_ctx, node) => isOn(node),
  apply({ dir }, value) {
    dir.interpolateEnv = value;
  },
};

export const balancerInherit: Served<boolean> = {
  bind: (_ctx, node) => isOn(node),
  apply({ server }, value) {
    server.balancerInherit = value;
  },
};

export const proxyPassInherit: Served<boolean> = {
  bind: (_ctx, node) => isOn(node),
  apply({ server }, value) {
    server.passInherit = value;
  },
};

export const proxyDomain: Served<string> = {
  bind(ctx, node) {
    const word = firstWord(node);
    if (word.text.startsWith('.')) return word.text;
    return ctx.error(word, 'ProxyDomain: domain name must start with a dot.');
  },
  apply({ server }, domain) {
    server.domain = domain;
  },
};

export const proxyBlock: Served<readonly string[]> = {
  bind: (_ctx, node) => node.args.map((word) => word.text.toLowerCase()),
  apply({ server }, words) {
    server.blocked.push(...words);
  },
};

/** What inet_aton takes: up to four numbers, the last of which fills the rest. */
function isShortAddress(text: string): boolean {
  const parts = text.split('.');
  if (parts.length > 4 || !parts.every((part) => /^[0-9]{1,10}$/.test(part))) return false;
  const last = Number(parts.pop());
  return parts.every((part) => Number(part) < 256) && last < 256 ** (4 - parts.length);
}

export const proxySourceAddress: Served<string> = {
  bind(ctx, node) {
    const { text } = firstWord(node);
    const isName = /^[A-Za-z0-9_.-]+$/.test(text) && !/^[0-9.]+$/.test(text) && !text.endsWith('.invalid');
    // httpd takes a path for a socket, and short forms such as 127.1 for addresses
    if (isIP(text) !== 0 || isName || isShortAddress(text) || text.startsWith('/')) return text;
    return ctx.error(firstWord(node), 'ProxySourceAddress invalid value');
  },
  apply({ server }, address) {
    server.sourceAddress = address;
  },
};

interface BoundErrorOverride {
  /** undefined: the line has codes alone, for an earlier `On`. */
  readonly isOn: boolean | undefined;
  readonly codes: readonly number[];
}

/** @source httpd modules/proxy/mod_proxy.c `set_proxy_error_override` */
export const proxyErrorOverride: Served<BoundErrorOverride> = {
  bind(ctx, node) {
    let isOverridden: boolean | undefined;
    const codes: number[] = [];
    for (const word of node.args) {
      const lower = word.text.toLowerCase();
      if (lower === 'on' || lower === 'off') {
        isOverridden = lower === 'on';
        continue;
      }
      if (isOverridden === undefined && !/^[0-9]/.test(word.text)) {
        return ctx.error(word, 'ProxyErrorOverride first parameter must be one of: off | on');
      }
      if (!/^[0-9]/.test(word.text)) {
        return ctx.error(word, 'ProxyErrorOverride: status codes to intercept must be numeric');
      }
      if (isOverridden === false) {
        return ctx.error(word, "ProxyErrorOverride: status codes must follow a value of 'on'");
      }
      const code = atoi(word.text);
      if (code < 400 || code >= 600) {
        return ctx.error(
          word,
          'ProxyErrorOverride: status codes to intercept must be valid HTTP Status Codes >=400 && <600',
        );
      }
      codes.push(code);
    }
    return { isOn: isOverridden, codes };
  },
  apply({ dir }, bound, ctx) {
    const before = dir.errorOverride;
    if (bound.isOn === undefined && before?.isOn !== true) {
      ctx.report({
        code: 'bind/invalid',
        severity: 'error',
        message:
          before === undefined
            ? 'ProxyErrorOverride first parameter must be one of: off | on'
            : "ProxyErrorOverride: status codes must follow a value of 'on'",
        span: ctx.span,
      });
      return;
    }
    const codes = [...(before?.codes ?? []), ...bound.codes];
    const override: ErrorOverride = {
      isOn: bound.isOn ?? true,
      codes: codes.length === 0 ? undefined : new Set(codes),
    };
    dir.errorOverride = override;
  },
};

/** One of a few words, in any case. */
function oneOf(...words: readonly string[]) {
  return (ctx: BindContext, node: DirectiveNode): undefined => {
    const word = firstWord(node);
    if (words.some((known) => known.toLowerCase() === word.text.toLowerCase())) return undefined;
    return ctx.error(word, `${node.name.text} must be one of: ${words.join(' | ')}`);
  };
}

function bindPassReverse(ctx: BindContext, node: DirectiveNode): undefined {
  if (isForbidden(ctx, node, PASS_FORBIDDEN)) return undefined;
  const second = node.args[1];
  const isPath = second !== undefined && second.text.toLowerCase() !== 'interpolate';
  if (ctx.path === undefined && !isPath) {
    return ctx.error(node, 'ProxyPassReverse needs a path when not defined in a location');
  }
  if (ctx.path !== undefined && isPath) {
    return ctx.error(second, 'ProxyPassReverse can not have a path when defined in a location');
  }
  return undefined;
}

function bindRemote(ctx: BindContext, node: DirectiveNode): undefined {
  const word = node.args[1] ?? firstWord(node);
  const parts = /^[^:]+:\/\/(?:\[[^\]]*\]|[^:/]*)(?::([^/]*))?/.exec(word.text);
  if (!parts) return ctx.error(word, 'ProxyRemote: Bad syntax for a remote proxy server');
  const port = parts[1];
  if (port !== undefined && (!/^[0-9]{1,5}/.test(port) || atoi(port) > 65535 || atoi(port) === 0)) {
    return ctx.error(word, 'ProxyRemote: Bad syntax for a remote proxy server (bad port number)');
  }
  return undefined;
}

function bindGrowth(ctx: BindContext, node: DirectiveNode): undefined {
  const count = atoi(firstWord(node).text);
  if (count >= 0 && count <= 1000) return undefined;
  return ctx.error(firstWord(node), 'BalancerGrowth must be between 0 and 1000');
}

function accepted(reason: string, bind?: AcceptedDirective['bind']): AcceptedDirective {
  return bind ? { accepted: reason, bind } : { accepted: reason };
}

/** Directives without an effect on FastCGI backends, and those that are not served. */
export const otherDirectives = {
  ProxyRequests: {
    notServed: 'absolute-form requests for other hosts are answered as local ones',
    bind: (ctx, node) =>
      isOn(node)
        ? ctx.error(
            firstWord(node),
            'ProxyRequests On is refused: the gateway is no forward proxy',
            'set it to Off',
          )
        : undefined,
  } satisfies UnservedDirective,
  ProxyRemote: {
    notServed: 'backends are connected to directly',
    bind: bindRemote,
  } satisfies UnservedDirective,
  ProxyRemoteMatch: {
    notServed: 'backends are connected to directly',
    bind(ctx, node) {
      const pattern = node.args[0];
      const message = 'Regular expression for ProxyRemoteMatch could not be compiled.';
      if (pattern && ctx.regex(pattern, { message })) bindRemote(ctx, node);
    },
  } satisfies UnservedDirective,
  NoProxy: accepted('every backend is connected to directly'),
  ProxyPassReverse: accepted('httpd never applies it to FastCGI answers', bindPassReverse),
  ProxyPassReverseCookiePath: accepted('httpd never applies it to FastCGI answers'),
  ProxyPassReverseCookieDomain: accepted('httpd never applies it to FastCGI answers'),
  ProxyVia: accepted('FastCGI requests and answers get no Via header', oneOf('off', 'on', 'full', 'block')),
  ProxyPreserveHost: accepted('FastCGI applications always see the Host of the client'),
  ProxyAddHeaders: accepted('FastCGI requests get no X-Forwarded headers'),
  Proxy100Continue: accepted('FastCGI has no interim responses'),
  ProxyBadHeader: accepted('it is about HTTP backends', oneOf('IsError', 'Ignore', 'StartBody')),
  ProxyStatus: accepted('there is no server-status page', oneOf('off', 'on', 'full')),
  BalancerGrowth: accepted('balancers need no room set aside', bindGrowth),
  BalancerPersist: accepted('there is no balancer-manager whose changes could be kept'),
} as const;
