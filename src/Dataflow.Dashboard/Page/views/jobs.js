// All jobs at a glance.

import { el, keyed, setText, setAttribute } from '../dom.js';
import { stateTone, toneOf } from '../findings.js';
import { count, rate, span } from '../format.js';

export function jobsView() {
    const cards = el('div', { class: 'jobs' });
    const empty = el('p', { class: 'empty' }, 'No job runs in this process.');
    const root = el('div', {}, el('h1', {}, 'Jobs'), empty, cards);
    return {
        root,
        update({ list }) {
            empty.hidden = list.jobs.length > 0;
            keyed(cards, list.jobs, job => job.id, create, update);
        },
    };
}

const figures = [
    ['read', job => rate(job.readPerSecond)],
    ['lag', job => count(job.lag)],
    ['left out', job => count(job.late + job.unmatched + job.deadLetters)],
    ['checkpoint', job => (job.checkpointAgeMs === null ? '–' : `${span(job.checkpointAgeMs)} ago`)],
];

function create(job) {
    return el(
        'a',
        { class: 'card job', href: `#/jobs/${encodeURIComponent(job.id)}` },
        el('h2', {}, job.id),
        el('span', { class: 'state' }),
        el('dl', {}, ...figures.flatMap(([name]) => [el('div', {}, el('dt', {}, name), el('dd'))])),
        el('p', { class: 'finding' }),
    );
}

function update(root, job) {
    const [, state, values, finding] = root.children;
    setText(state, job.state);
    setAttribute(state, 'class', `state ${stateTone(job.state)}`);
    figures.forEach(([, text], i) => setText(values.children[i].lastChild, text(job)));
    setText(finding, job.finding.text);
    setAttribute(finding, 'class', `finding ${toneOf(job.finding)}`);
}
