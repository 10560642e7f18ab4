using System.Diagnostics.CodeAnalysis;
using Dataflow.Log;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dataflow.Hosting;

/// <summary>A pipeline of a host: its job from start to end.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer and nobody waits on its handle, so it holds nothing.")]
internal sealed class HostedPipeline(
    PipelineDefinition definition, PipelineOptions options, ILoggerFactory loggers, TimeProvider time, IHostApplicationLifetime host)
{
    private static readonly TimeSpan LongestCancel = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = loggers.CreateLogger(typeof(HostedPipeline).Namespace!);
    private readonly TaskCompletionSource<Job> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private Pipeline? _pipeline;
    private volatile Job? _job;
    private volatile Exception? _failure;

    public string Name => definition.Name;

    public PipelineOptions Options => options;

    /// <summary>The result of the definition, once it was called.</summary>
    public object? Result { get; private set; }

    /// <summary>The job; null until it runs.</summary>
    public Job? Job => _job;

    /// <summary>The error with which the pipeline has failed for good.</summary>
    public Exception? Failure => _failure;

    public Task<Job> Started => _started.Task;

    /// <summary>Builds and checks the pipeline; nothing runs yet.</summary>
    /// <exception cref="PlanException">It cannot run as it is written.</exception>
    public void Define(IServiceProvider services)
    {
        _pipeline = new Pipeline(Name) { OnError = options.OnError };
        Result = definition.Define(_pipeline, services);
        _ = _pipeline.Explain();
    }

    /// <summary>Begins to start the job. The host does not wait for it: restoring state may take long.</summary>
    public void Start(PartitionedLog log) => _running = RunAsync(log);

    /// <summary>Ends the job as its options say, and without a checkpoint when the host's time is over.</summary>
    public async Task StopAsync(CancellationToken timeIsOver)
    {
        if (options.Shutdown == ShutdownMode.Drain && _job is { } drained) _ = drained.DrainAsync(timeIsOver);
        else await _stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            await _running.WaitAsync(timeIsOver).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _logger.ShutdownTookTooLong(Name);
            if (_job is not { } job) return;
            await job.CancelAsync().WaitAsync(LongestCancel, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(PartitionedLog log)
    {
        try
        {
            _job = await _pipeline!.StartAsync(JobOptionsOn(log), _stopping.Token).ConfigureAwait(false);
            _started.SetResult(_job);
            await _job.Completion.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _started.TrySetCanceled(_stopping.Token);
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    private void Fail(Exception error)
    {
        _failure = error;
        if (_started.TrySetException(error)) _ = _started.Task.Exception; // seen, also where nobody waits
        if (!options.StopHostOnFailure || host.ApplicationStopping.IsCancellationRequested) return;
        _logger.HostStops(Name);
        Environment.ExitCode = 1;
        host.StopApplication();
    }

    private JobOptions JobOptionsOn(PartitionedLog log)
    {
        var job = new JobOptions
        {
            Log = log,
            CheckpointInterval = options.CheckpointInterval,
            MaxWatermarkDrift = options.MaxWatermarkDrift,
            Restarts = RestartPolicy.ExponentialDelay(options.MaxRestarts, options.RestartDelay),
            LoggerFactory = loggers,
            Time = time,
        };
        return options.Workers is { } workers ? job with { Workers = workers } : job;
    }
}
