// Every step with its rates, state and use of time.

import { chart } from '../chart.js';
import { card, el, keyed, setAttribute, setText, table } from '../dom.js';
import { bottlenecks } from '../findings.js';
import { count, growth, moment, none, percent, short } from '../format.js';

export function stepsView() {
    const steps = table(
        'Steps',
        [
            { head: 'step', text: step => step.label },
            { head: 'in/s', text: step => short(step.inPerSecond), number: true },
            { head: 'out/s', text: step => short(step.outPerSecond), number: true },
            { head: 'in', text: step => count(step.in), number: true },
            { head: 'out', text: step => count(step.out), number: true },
            { head: 'in flight', text: step => count(step.inFlight), number: true, wide: true },
            { head: 'state entries', text: step => count(step.stateEntries), number: true },
            {
                head: 'per minute',
                text: step => (step.stateEntries === 0 && !step.stateGrowthPerMinute ? none : growth(step.stateGrowthPerMinute)),
                number: true,
            },
            { head: 'watermark (UTC)', text: step => moment(step.watermarkMs), number: true },
        ],
        step => step.label,
    );
    const stages = table(
        'Stages by worker',
        [
            { head: 'stage', text: stage => stage.name },
            { head: 'worker', text: stage => String(stage.worker), number: true },
            {
                head: 'use of time',
                make: () => [el('span', { class: 'meter' }, el('i', { class: 'busy' }), el('i', { class: 'pressed' }))],
                update: meter,
            },
            { head: 'busy', text: stage => percent(stage.busy), number: true },
            { head: 'backpressured', text: stage => percent(stage.backpressured), number: true },
            { head: 'queued batches', text: stage => count(stage.queuedBatches), number: true },
            {
                head: 'now',
                make: () => [el('span')],
                update: (cell, stage) => {
                    setText(
                        cell.firstChild,
                        stage.isSlow ? 'bottleneck' : stage.atHand.length > 0 ? `at ${stage.atHand.join(' or ')}` : '',
                    );
                    setAttribute(cell.firstChild, 'class', stage.isSlow || stage.atHand.length > 0 ? 'chip warn' : '');
                },
            },
            { head: 'steps', text: stage => stage.steps.join(', '), wide: true },
        ],
        stage => `${stage.name} ${stage.worker}`,
    );
    const states = el('div', { class: 'charts' });
    return {
        root: el('div', {}, card('Steps', steps.root), states, card('Stages', stages.root)),
        needs: ['state'],
        update({ view, parts }) {
            keyed(states, parts.state?.steps ?? [], found => found.label, plotOf, updatePlot);
            const slow = bottlenecks(view.findings);
            steps.update(view.steps);
            stages.update(view.stages.map(stage => ({ ...stage, isSlow: slow.has(stage.name) && stage.busy >= 0.8 })));
        },
    };
}

function plotOf({ label }) {
    const plot = chart(`State of ${label}, entries`, short);
    plot.root.plot = plot;
    return plot.root;
}

function updatePlot(root, { samples }) {
    root.plot.update(samples.map(sample => ({ at: sample.atMs, value: sample.entries })));
}

function meter(cell, stage) {
    const [busy, pressed] = cell.firstChild.children;
    busy.style.width = `${Math.min(stage.busy, 1) * 100}%`;
    pressed.style.width = `${Math.min(stage.backpressured, 1 - Math.min(stage.busy, 1)) * 100}%`;
}
