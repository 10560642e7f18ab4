using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

/// <summary>Asynchronous calls that wait for the test to answer them, in an order of its choice.</summary>
internal sealed class OpenCalls<T>
{
    private readonly List<(T Value, TaskCompletionSource<T> Answer)> _open = [];

    public int Count => _open.Count;

    public Task<T> Call(T value)
    {
        _open.Add((value, new TaskCompletionSource<T>()));
        return _open[^1].Answer.Task;
    }

    public void AnswerOne(Random random)
    {
        if (_open.Count == 0) return;
        var at = random.Next(_open.Count);
        var (value, answer) = _open[at];
        _open.RemoveAt(at);
        answer.SetResult(value);
    }

    /// <summary>Runs a pipeline to its end, while calls are answered and checkpoints taken at random, and the job is dropped and
    /// started again with another number of workers. No checkpoint may need an answer.</summary>
    public void RunWithCrashes(Pipeline pipeline, LogStore log, int seed, int maxWorkers = 3, int crashes = 3)
    {
        var random = new Random(seed);
        for (var crash = 0; crash < crashes; crash++)
        {
            var job = SimulatedJob.Start(pipeline, log, random.Next(maxWorkers) + 1, seed + crash);
            for (var step = random.Next(200); step > 0 && !job.HasFinished; step--)
            {
                job.Step();
                if (random.Next(3) == 0) AnswerOne(random);
                if (random.Next(40) == 0) job.Checkpoint();
            }

            job.Close();
            _open.Clear();
        }

        var last = SimulatedJob.Start(pipeline, log, random.Next(maxWorkers) + 1, seed);
        while (!last.HasFinished)
        {
            last.Step();
            if (random.Next(2) == 0) AnswerOne(random);
        }

        last.Close();
    }
}
