// A job: its state and diagnosis, its main numbers, and one of the views below.

import { act } from '../api.js';
import { ask } from '../dialog.js';
import { el, keyed, setAttribute, setText } from '../dom.js';
import { sparkline } from '../chart.js';
import { stateTone, toneOf } from '../findings.js';
import { bytes, count, percent, rate, short, span } from '../format.js';
import { checkpointsView } from './checkpoints.js';
import { countersView } from './counters.js';
import { leftOutView } from './leftout.js';
import { lookupsView } from './lookups.js';
import { modelsView } from './models.js';
import { overviewView } from './overview.js';
import { splitsView } from './splits.js';
import { stepsView } from './steps.js';
import { topicsView } from './topics.js';

const views = {
    overview: ['Overview', overviewView],
    steps: ['Steps', stepsView],
    splits: ['Splits', splitsView],
    checkpoints: ['Checkpoints', checkpointsView],
    leftout: ['Left out', leftOutView],
    topics: ['Topics', topicsView],
    lookups: ['Look up', lookupsView],
    models: ['Models', modelsView],
    counters: ['Counters', countersView],
};

const shownAtOnce = 2; // always as many, so that what is below stays where it is

const figures = [
    [
        'read',
        view => rate(view.sample.readPerSecond),
        view => `${count(view.summary.recordsRead)} in all`,
        sample => sample.readPerSecond,
    ],
    ['lag', view => short(view.summary.lag), () => 'records ahead', sample => sample.lag],
    ['left out', view => short(view.sample.leftOut), view => `${count(view.summary.deadLetters)} dead letters`, sample => sample.leftOut],
    ['state', view => short(view.summary.stateEntries), () => 'entries', sample => sample.stateEntries],
    [
        'checkpoint',
        view => (view.checkpoints.ageMs === null ? '–' : `${span(view.checkpoints.ageMs)} ago`),
        view => (view.checkpoints.ageMs === null ? 'none yet' : `took ${span(view.checkpoints.lastDurationMs)}`),
        null,
    ], // the line is of the checkpoints themselves
    [
        'memory',
        view => bytes(view.process.memoryBytes),
        view => `${percent(view.process.memoryBytes / view.process.memoryLimitBytes)} of ${bytes(view.process.memoryLimitBytes)}`,
        sample => sample.memoryBytes,
    ],
];

export function jobView(id, name) {
    const path = `jobs/${encodeURIComponent(id)}`;
    const [, make] = views[name] ?? views.overview;
    const body = make(path, id.replace(/~\d+$/, ''));
    const state = el('span', { class: 'state' });
    const since = el('span', { class: 'note' });
    const said = el('span', { class: 'note', role: 'status' });
    const stop = el('button', { type: 'button' }, 'Stop…');
    const drain = el('button', { type: 'button' }, 'Drain…');
    const forget = el('button', { type: 'button' }, 'Forget…');
    const actions = el('div', { class: 'actions', hidden: true }, stop, drain, forget);
    stop.addEventListener('click', () =>
        offer('stop', 'Stop this job?', 'It takes a last checkpoint; the next start carries on from there.'),
    );
    drain.addEventListener('click', () =>
        offer('drain', 'Drain this job?', 'It ends for good: it completes what it has read and closes all windows.'),
    );
    forget.addEventListener('click', () =>
        ask({
            title: 'Forget the checkpoints?',
            text: 'The checkpoints and the state are deleted, and the next start begins anew. Type the name of the pipeline to confirm it.',
            ok: 'Forget',
            confirms: true,
            then: async (token, named) =>
                setText(said, (await act(`${path}/forget?${new URLSearchParams({ name: named })}`, token)).detail),
        }),
    );
    const first = el('ul', { class: 'findings', 'aria-label': 'Diagnosis' });
    const others = el('ul', { class: 'findings', 'aria-label': 'More of the diagnosis' });
    const othersCount = el('summary');
    const more = el('details', { class: 'more' }, othersCount, others);
    const sparks = figures.map(sparkline);
    const tiles = figures.map(([title], i) =>
        el(
            'div',
            { class: 'tile' },
            el('dt', {}, title),
            el('dd', { class: 'value' }),
            el('dd', { class: 'note' }),
            el('dd', { class: 'line' }, sparks[i].root),
        ),
    );
    const nav = el(
        'nav',
        { 'aria-label': 'Views of the job' },
        ...Object.entries(views).map(([key, [title]]) =>
            el('a', { href: `#/${path}/${key}`, 'aria-current': key === (views[name] ? name : 'overview') ? 'page' : null }, title),
        ),
    );
    const root = el(
        'div',
        {},
        el('div', { class: 'title' }, el('h1', {}, id), state, since, said, actions),
        el('div', { class: 'diagnosis' }, first, more),
        el('dl', { class: 'tiles' }, ...tiles),
        nav,
        body.root,
    );

    let isAtTab = false;

    /** Scrolls the row of tabs, which may be wider than the screen, to the one that is shown. */
    function goToTab() {
        if (isAtTab) return;
        isAtTab = true;
        const tab = nav.querySelector('[aria-current]');
        nav.scrollLeft = tab.offsetLeft - nav.offsetLeft - (nav.clientWidth - tab.offsetWidth) / 2;
    }

    async function offer(action, title, text) {
        await ask({ title, text, ok: action === 'stop' ? 'Stop' : 'Drain', then: token => act(`${path}/${action}`, token) });
    }

    return {
        root,
        path,
        needs: body.needs ?? [],
        update(data) {
            const { view, history, list } = data;
            goToTab();
            setText(state, view.summary.state);
            setAttribute(state, 'class', `state ${stateTone(view.summary.state)}`);
            setText(since, view.summary.restarts > 0 ? `${count(view.summary.restarts)} restarts` : '');
            const hasEnded = ['Finished', 'Stopped', 'Cancelled', 'Failed'].includes(view.summary.state);
            actions.hidden = !list.access.actions;
            [stop.hidden, drain.hidden, forget.hidden] = [hasEnded, hasEnded, !hasEnded];
            const found = numbered(view.findings);
            show(first, found.slice(0, shownAtOnce));
            show(others, found.slice(shownAtOnce));
            more.hidden = found.length <= shownAtOnce;
            setText(othersCount, `${count(found.length - shownAtOnce)} more`);
            figures.forEach(([, value, note, of], i) => {
                setText(tiles[i].children[1], value(view));
                setText(tiles[i].children[2], note(view));
                sparks[i].update(
                    of ? history.samples.slice(-120).map(of) : history.checkpoints.slice(-60).map(found => found.durationMs),
                );
            });
            body.update(data);
        },
    };
}

function show(list, findings) {
    keyed(
        list,
        findings,
        ([key]) => key,
        () => el('li', {}, el('span', { class: 'severity' }), el('span')),
        (item, [, finding]) => {
            setAttribute(item, 'class', toneOf(finding));
            setText(item.firstChild, finding.severity);
            setText(item.lastChild, finding.text);
        },
    );
}

/** Findings with a key each: kind, place, and a number where both are the same. */
function numbered(findings) {
    const seen = new Map();
    return findings.map(finding => {
        const key = `${finding.kind}\n${finding.where}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        return [`${key}\n${seen.get(key)}`, finding];
    });
}
