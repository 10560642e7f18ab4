// The admin API. Requests carry the tokens that the page was given; it keeps them for this tab only.

const base = new URL('api/v1/', document.baseURI);
const known = new Map(); // path -> { etag, body }: an answer that has not changed is not sent again
const kept = 'dataflow-token';

export class ApiError extends Error {
    constructor(status, message) {
        super(message);
        this.status = status;
    }
}

export function setToken(token) {
    sessionStorage.setItem(kept, token);
}

/** Gets an answer; of large ones that seldom change it remembers the last. */
export async function get(path, remembers = false) {
    const headers = authorization();
    const before = known.get(path);
    if (before) headers['If-None-Match'] = before.etag;
    const response = await fetch(new URL(path, base), { headers, cache: 'no-store' });
    if (response.status === 304) return before.body;
    const body = await read(response);
    if (remembers) known.set(path, { etag: response.headers.get('ETag'), body });
    return body;
}

export async function act(path, actionToken) {
    const headers = { ...authorization(), 'dataflow-action-token': actionToken };
    return read(await fetch(new URL(path, base), { method: 'POST', headers }));
}

function authorization() {
    const token = sessionStorage.getItem(kept);
    return token ? { Authorization: `Bearer ${token}` } : {};
}

async function read(response) {
    const body = await response.json().catch(() => ({}));
    if (!response.ok) throw new ApiError(response.status, body.detail ?? `The server answered ${response.status}.`);
    return body;
}
