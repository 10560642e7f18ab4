using System.Diagnostics;
using System.Runtime.InteropServices;
using Dataflow;
using Dataflow.Log;
using Dataflow.Onnx;
using Dataflow.Vectors;
using Spectre.Console;

namespace SpeechSearch;

/// <summary>Everything that the program prints.</summary>
internal static class Show
{
    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(AnsiConsole.Profile.Capabilities.Interactive ? 0.1 : 5);

    /// <summary>The job, once it runs, also after its end.</summary>
    public static IReadOnlyCollection<Job> Jobs { get; private set; } = [];

    /// <summary>Runs the pipeline until all sentences are embedded, with its progress on one line; the keys + and - add and
    /// remove workers meanwhile, Ctrl-C stops at a checkpoint.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static async Task EmbeddingAsync(
        Pipeline pipeline, LogStore log, InferenceWorkers workers, VectorIndex<string, SentenceVector> index, int sentences)
    {
        await using var job = await pipeline.StartAsync(new JobOptions { Log = log });
        Jobs = [job];
        await index.Filled;
        var before = index.Count;
        if (before == sentences)
        {
            AnsiConsole.MarkupLineInterpolated($"All {sentences:N0} sentences are embedded already");
            return;
        }

        AnsiConsole.MarkupLineInterpolated(job.StartedFrom == 0
            ? (FormattableString)$"Begins with {sentences:N0} sentences"
            : $"Carries on from checkpoint {job.StartedFrom}: {before:N0} of {sentences:N0} sentences are embedded");
        var watch = Stopwatch.StartNew();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await AnsiConsole.Status().StartAsync("starts", async context =>
        {
            while (await Task.WhenAny(job.Completion, Task.Delay(s_refresh)) != job.Completion)
            {
                AddOrRemove(workers);
                context.Status(Markup.Escape($"{Line(job, index.Count, sentences, watch.Elapsed)}, {workers.Count} workers (+, -)"));
            }
        });
        await job.Completion;
        var end = job.State == JobState.Stopped ? "Stopped" : "Done";
        AnsiConsole.MarkupLineInterpolated($"[bold]{end}[/]: {Line(job, index.Count, sentences, watch.Elapsed)}");
        if (job.State == JobState.Stopped) throw new OperationCanceledException();

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _ = job.StopAsync();
        }
    }

    public static void Nearest(string query, IEnumerable<Neighbour<string, SentenceVector>> nearest)
    {
        var table = new Table().Title(Markup.Escape($"Nearest to \"{query}\"")).ShowRowSeparators()
            .AddColumns(
                new TableColumn("year") { NoWrap = true }, new TableColumn("president"),
                new TableColumn("cosine") { NoWrap = true }, new TableColumn("sentence"));
        foreach (var (_, (sentence, _), cosine) in nearest)
            table.AddRow($"{sentence.Year}", Markup.Escape(sentence.President), $"{cosine:0.000}", Markup.Escape(sentence.Text));
        AnsiConsole.Write(table);
    }

    private static void AddOrRemove(InferenceWorkers workers)
    {
        while (!Console.IsInputRedirected && Console.KeyAvailable)
        {
            switch (Console.ReadKey(intercept: true).KeyChar)
            {
                case '+':
                    workers.Add();
                    break;
                case '-':
                    workers.Remove();
                    break;
            }
        }
    }

    private static string Line(Job job, long embedded, int sentences, TimeSpan time)
    {
        var status = job.Status;
        var embed = status.Steps.Single(step => step.Name == "embed");
        return $"{embedded:N0} of {sentences:N0} sentences, {embed.Calls / time.TotalSeconds:N0} texts/s, "
            + $"{embed.Models.Sum(model => model.Tokens):N0} tokens, {embed.Reused:N0} vectors reused, checkpoint "
            + $"{Math.Max(status.Checkpoints.Last, job.StartedFrom)}";
    }
}
