// The plan, and the last minutes as plots.

import { card, el } from '../dom.js';
import { chart } from '../chart.js';
import { graph } from '../graph.js';
import { bytes, percent, rate, short } from '../format.js';

export function overviewView() {
    const frame = el('div', { class: 'plan-frame scroll', tabindex: '0', role: 'region', 'aria-label': 'Plan as a graph' });
    const narrow = matchMedia('(max-width: 700px)');
    const key = el(
        'p',
        { class: 'key', 'aria-hidden': 'true' },
        ...[
            ['busy', 'busy'],
            ['pressed', 'waits for those behind'],
            ['idle', 'idle'],
        ].map(([tone, text]) => el('span', {}, el('i', { class: tone }), text)),
        el('span', {}, el('i', { class: 'exchange' }), 'moves between workers'),
    );
    const all = el('input', { type: 'checkbox', id: 'all' });
    const options = el('label', { class: 'check' }, all, 'All steps, also those that only lead records on');
    const read = chart('Records read', rate);
    const lag = chart('Lag, records', short);
    const state = chart('State, entries', short);
    const leftOut = chart('Left out, records', short);
    let memory = null;
    const processor = chart('Processor', percent, { max: 1 });
    const charts = el('div', { class: 'charts' });
    const root = el('div', {}, card('Plan', el('div', { class: 'plan-head' }, key, options), frame), charts);
    let last = null;
    let drawn = null;
    let drawnOf = null;

    const result = {
        root,
        update(data) {
            last = data;
            const { plan, view, history } = data;
            const shape = plan && `${narrow.matches} ${all.checked} ${plan.text}`;
            if (plan && drawnOf !== shape) {
                drawn = graph(plan, narrow.matches, all.checked);
                drawnOf = shape;
                frame.replaceChildren(drawn.root);
                frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2; // few steps of a row are in the middle
            }
            drawn?.update(view);
            if (!memory) {
                memory = chart('Memory', bytes, { max: view.process.memoryLimitBytes });
                charts.append(...[read, lag, leftOut, state, memory, processor].map(plot => plot.root));
            }
            const of = member => history.samples.map(sample => ({ at: sample.atMs, value: sample[member] }));
            read.update(of('readPerSecond'));
            lag.update(of('lag'));
            leftOut.update(of('leftOut'));
            state.update(of('stateEntries'));
            memory.update(of('memoryBytes'));
            processor.update(of('processorShare'));
        },
    };
    all.addEventListener('change', () => result.update(last));
    narrow.addEventListener('change', () => last && result.update(last));
    return result;
}
