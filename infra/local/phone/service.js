// Calls the PassKit web service as iOS does (Apple: "Adding a Web Service to Update Passes"): same calls, same
// headers, same retries, and errors told to /v1/log in iOS's own words.

const RETRY_MS = [1_000, 4_000, 15_000]; // growing delays, then it gives up until the next push
const SENT_AT = () => new Date().toISOString().replace('T', ' ').replace(/\..*/, ' +0000');

export class Service {
  #fetch;
  #note;
  #wait;

  /** `note(what, answer, values)` is told of every call; `wait(ms)` sleeps. */
  constructor({ fetch, note, wait }) {
    this.#fetch = fetch;
    this.#note = note;
    this.#wait = wait;
  }

  /** Tell the server where to push for this pass. True when it agreed. */
  async register(pass, { device, pushToken }) {
    const answer = await this.#call('register', 'POST', registration(pass, device), {
      headers: { ...authorized(pass), 'Content-Type': 'application/json' },
      body: JSON.stringify({ pushToken }),
    });
    return this.#agreed(answer, [200, 201], pass, `Register task (for device ${device}, ${named(pass)})`);
  }

  /** Tell the server to push no more for this pass. True when it agreed. */
  async unregister(pass, { device }) {
    const answer = await this.#call('unregister', 'DELETE', registration(pass, device), {
      headers: authorized(pass),
    });
    return this.#agreed(answer, [200], pass, `Unregister task (for device ${device}, ${named(pass)})`);
  }

  /** Ask which passes changed since `tag`: {serialNumbers, lastUpdated}, or null for none or on an error. */
  async list({ type, url }, { device }, tag) {
    const since = tag === null ? '' : `?passesUpdatedSince=${encodeURIComponent(tag)}`;
    const address = `${base(url)}/v1/devices/${device}/registrations/${encodeURIComponent(type)}${since}`;
    const answer = await this.#call('list', 'GET', address, {});
    const task = `Get serial #s task (for device ${device}, pass type ${type}, last updated ${tag ?? '(null)'}; with web service url ${url})`;
    if (!(await this.#agreed(answer, [200, 204], { url }, task)) || answer.status === 204) return null;
    const listed = listing(answer);
    if (listed === null) await this.report({ url }, `${task} encountered error: Unexpected response body`);
    return listed;
  }

  /** Fetch a pass: {bytes, lastModified}, 'unchanged', or null on an error. */
  async get(pass, lastModified) {
    const address = `${base(pass.url)}/v1/passes/${encodeURIComponent(pass.type)}/${encodeURIComponent(pass.serial)}`;
    const since = lastModified === null ? {} : { 'If-Modified-Since': lastModified };
    const answer = await this.#call('get', 'GET', address, { headers: { ...authorized(pass), ...since } });
    const task = `Get pass task (pass type ${pass.type}, serial number ${pass.serial}, if-modified-since ${lastModified ?? '(null)'}; with web service url ${pass.url})`;
    if (!(await this.#agreed(answer, [200, 304], pass, task))) return null;
    if (answer.status === 304) return 'unchanged';
    return { bytes: answer.body, lastModified: answer.headers.get('Last-Modified') };
  }

  /** Tell the server's log, as iOS does; what becomes of it does not matter. */
  async report({ url }, words) {
    const answer = await this.#once('POST', `${base(url)}/v1/log`, {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ logs: [`[${SENT_AT()}] ${words}`] }),
    });
    this.#note('report', answer, { words });
  }

  async #agreed(answer, statuses, pass, task) {
    if (statuses.includes(answer.status)) return true;
    if (answer.status !== 0) await this.report(pass, `${task} encountered error: ${fault(answer)}`);
    return false;
  }

  async #call(what, method, url, options) {
    for (const delay of [...RETRY_MS, null]) {
      const answer = await this.#once(method, url, options);
      this.#note(what, answer, {});
      const passing = answer.status === 0 || answer.status === 429 || answer.status >= 500;
      if (!passing || delay === null) return answer;
      await this.#wait(delay);
    }
    return undefined;
  }

  async #once(method, url, options) {
    const started = performance.now();
    const answer = { method, url, status: 0, headers: new Headers(), body: new Uint8Array() };
    try {
      const response = await this.#fetch(url, { method, cache: 'no-store', credentials: 'omit', ...options });
      answer.body = new Uint8Array(await response.arrayBuffer());
      answer.headers = response.headers;
      answer.status = response.status;
    } catch {
      // status 0: no answer
    }
    return { ...answer, ms: performance.now() - started };
  }
}

function base(url) {
  return url.replace(/\/+$/, '');
}

function registration({ url, type, serial }, device) {
  return `${base(url)}/v1/devices/${device}/registrations/${encodeURIComponent(type)}/${encodeURIComponent(serial)}`;
}

function authorized({ token }) {
  return { Authorization: `ApplePass ${token}` };
}

function named({ type, serial, url }) {
  return `pass type ${type}, serial number ${serial}; with web service url ${url}`;
}

function fault({ status }) {
  return status === 401 ? 'Authentication failure' : `Unexpected response code ${status}`;
}

function listing({ body }) {
  try {
    const { serialNumbers, lastUpdated } = JSON.parse(new TextDecoder().decode(body));
    const sound = Array.isArray(serialNumbers) && serialNumbers.every((serial) => typeof serial === 'string');
    return sound && typeof lastUpdated === 'string' ? { serialNumbers, lastUpdated } : null;
  } catch {
    return null;
  }
}
