// Polls the API once a second and shows the view that the address names.

import { get, setToken, ApiError } from './api.js';
import { ask } from './dialog.js';
import { setAttribute, setText } from './dom.js';
import { bytes, percent, timeOfDay } from './format.js';
import { jobView } from './views/job.js';
import { jobsView } from './views/jobs.js';

const every = 1000;
const mostSamples = 600;
const at = id => document.getElementById(id);

let shown = null; // the view, with the address that it is of
let announced = '';
let turn = 0; // of the poll that may show: an older one's answer comes too late
let timer = 0;

async function poll() {
    const mine = ++turn;
    clearTimeout(timer);
    try {
        const list = await get('jobs');
        if (mine !== turn) return;
        const view = viewOf(list);
        const data = view.path ? await dataOf(view, list) : { list };
        if (mine !== turn) return;
        view.update(data);
        showProcess(list);
        showLive(true, `live · ${timeOfDay(list.atMs)}`);
        announce(data.view ? [data.view.summary] : list.jobs);
    } catch (error) {
        if (mine !== turn) return;
        if (error instanceof ApiError && error.status === 401) await askForToken();
        else
            showLive(
                false,
                'no answer',
                error.status === 404 ? 'The job is not there any more.' : `${error.message} Trying again each second.`,
            );
    }
    if (mine === turn) timer = setTimeout(poll, every);
}

async function dataOf(view, list) {
    const [status, ...parts] = await Promise.all([get(view.path), ...view.needs.map(part => get(`${view.path}/${part}`, true))]);
    if (!view.plan || !hasSteps(view.plan, status)) view.plan = await get(`${view.path}/plan`);
    view.history = await historyOf(view, status);
    return {
        list,
        view: status,
        plan: view.plan,
        history: view.history,
        parts: Object.fromEntries(view.needs.map((name, i) => [name, parts[i]])),
    };
}

/** Whether a plan is that of the job: another job may have come under its name. */
function hasSteps(plan, status) {
    const labels = new Set(plan.steps.map(step => step.label));
    return status.steps.every(step => labels.has(step.label));
}

/** The past is asked for once; after that each answer brings the newest second. */
async function historyOf(view, status) {
    const known = view.history;
    if (!known || status.sample.atMs - (known.samples.at(-1)?.atMs ?? 0) > 5 * every) return get(`${view.path}/history`);
    if (status.sample.atMs > known.samples.at(-1).atMs) known.samples.push(status.sample);
    const [last, found] = [known.checkpoints.at(-1), status.checkpoints];
    if (found.ageMs !== null && found.last !== last?.number) {
        known.checkpoints.push({
            number: found.last,
            atMs: status.atMs - found.ageMs,
            durationMs: found.lastDurationMs,
            pauseMs: found.lastPauseMs,
            bytes: found.lastBytes,
        });
    }
    known.samples.splice(0, known.samples.length - mostSamples);
    known.checkpoints.splice(0, known.checkpoints.length - mostSamples / 2);
    return known;
}

function viewOf(list) {
    const [, job, name] = /^#\/jobs\/([^/]+)\/?(\w*)/.exec(location.hash) ?? [];
    const id = job ? decodeURIComponent(job) : list.jobs.length === 1 ? list.jobs[0].id : null;
    const address = `${id}/${name ?? ''}`;
    if (shown?.address !== address) {
        const view = id === null ? jobsView() : jobView(id, name);
        view.history = shown?.id === id ? shown.view.history : null;
        view.plan = shown?.id === id ? shown.view.plan : null;
        shown = { address, id, view };
        at('main').replaceChildren(view.root);
        document.title = id === null ? 'Jobs · Dataflow' : `${id} · Dataflow`;
    }
    return shown.view;
}

function showProcess(list) {
    const { memoryBytes, memoryLimitBytes, processorShare, processors } = list.process;
    setText(
        at('process'),
        `${bytes(memoryBytes)} of ${bytes(memoryLimitBytes)} · ${percent(processorShare)} of ${processors} processors`,
    );
}

function showLive(isLive, text, problem = '') {
    setAttribute(at('live'), 'class', isLive ? 'live on' : 'live');
    setText(at('liveText'), text);
    setText(at('offline'), problem);
    at('offline').hidden = isLive;
}

/** Tells a screen reader what is found, once, not each second with other numbers. */
function announce(jobs) {
    const found = jobs.map(job => `${job.id} ${job.state} ${job.finding.kind} ${job.finding.where}`).join('\n');
    if (found === announced) return;
    announced = found;
    setText(at('announce'), jobs.map(job => `${job.id}: ${job.state}. ${job.finding.text}`).join(' '));
}

async function askForToken() {
    showLive(false, 'locked', 'This dashboard needs a token.');
    await ask({
        title: 'This dashboard needs a token',
        text: 'It is kept for this tab only.',
        ok: 'Open',
        then: async token => {
            setToken(token);
            await get('jobs');
        },
    });
}

addEventListener('hashchange', () => {
    poll();
    at('main').focus({ preventScroll: true });
});
poll();
