using System.Diagnostics.CodeAnalysis;
using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Versions;
using Microsoft.Extensions.AI;

namespace Dataflow.Onnx;

/// <summary>The versions of a model of an <c>Embed</c> step: one answers, and another may be tried beside it, until it takes over while the
/// job runs.</summary>
/// <remarks>The choice of the answering version is part of the job's checkpoints, and changes only at one: each text that the step received
/// before it has a vector of the old version, each later one of the new, even after a crash. At a restart the checkpoint decides, not the
/// order in which versions are given. Models must outlive the job. For one step of one running job. Safe for any thread.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "The job that opened the schedule disposes it.")]
public sealed class ModelVersions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IEmbeddingGenerator<string, Embedding<float>>> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<VersionChoice, Trial> _trials = []; // records in flight may belong to an earlier one
    private VersionSchedule? _schedule;
    private InferenceOptions _options = new();
    private Trial? _lastTrial;

    /// <summary>Creates the versions with the one that answers until a switch to another.</summary>
    /// <param name="version">The version's name, which records may keep.</param>
    /// <param name="model">An <see cref="EmbeddingModel"/>, or any other generator.</param>
    public ModelVersions(string version, IEmbeddingGenerator<string, Embedding<float>> model)
    {
        First = version;
        Add(version, model);
    }

    /// <summary>The names of all versions.</summary>
    public IReadOnlyCollection<string> Names
    {
        get
        {
            lock (_gate) return [.. _models.Keys];
        }
    }

    /// <summary>The comparison of the tried version so far, in this run of the job; null if none is or was tried.</summary>
    public ModelComparison? Comparison
    {
        get
        {
            lock (_gate) return _lastTrial?.ToComparison();
        }
    }

    /// <summary>The present choice; null while no job runs with the versions.</summary>
    internal VersionChoice? Choice
    {
        get
        {
            lock (_gate) return _schedule?.Choice;
        }
    }

    /// <summary>The version that answers if no checkpoint says otherwise.</summary>
    internal string First { get; }

    /// <summary>Adds a version, also while the job runs. It is not called yet.</summary>
    /// <param name="version">Its name.</param>
    /// <param name="model">An <see cref="EmbeddingModel"/>, or any other generator: a model that no other version has.</param>
    /// <exception cref="ArgumentException">There is a version of that name already, or with the same model.</exception>
    public void Add(string version, IEmbeddingGenerator<string, Embedding<float>> model)
    {
        ArgumentException.ThrowIfNullOrEmpty(version);
        ArgumentNullException.ThrowIfNull(model);
        var id = IdOf(version, model);
        lock (_gate)
        {
            if (_models.ContainsKey(version))
                throw new ArgumentException($"There is a version '{version}' already. Give the new one another name.", nameof(version));
            if (_models.FirstOrDefault(other => IdOf(other.Key, other.Value) == id) is { Key: { } same })
                throw new ArgumentException(
                    $"Version '{version}' is the model of version '{same}': both have the id '{id}'.", nameof(model));
            _models.Add(version, model);
        }
    }

    /// <summary>Tries a version: from the next checkpoint on it is called for each text beside the answering one. A worker takes its texts
    /// only while no others wait; a record is emitted when both have answered.</summary>
    /// <remarks>If it fails on a text, the record is emitted without its vector: see <see cref="VersionedVector.Tried"/>.</remarks>
    /// <param name="version">A version that does not answer yet.</param>
    /// <returns>Completes once that checkpoint is durable; cancelled if the job ends before.</returns>
    /// <exception cref="ArgumentException">There is no such version, or it answers already.</exception>
    /// <exception cref="InvalidOperationException">No job runs with these versions.</exception>
    public Task<VersionChange> TryAsync(string version) => ScheduleOf(version).TryAsync(version);

    /// <summary>Switches to a version, which answers from the next checkpoint on, and ends the trial. To end a trial without a change,
    /// switch to the version that answers.</summary>
    /// <param name="version">Any version, tried or not.</param>
    /// <returns>Completes once that checkpoint is durable, with its place in the log; cancelled if the job ends before.</returns>
    /// <exception cref="ArgumentException">There is no such version.</exception>
    /// <exception cref="InvalidOperationException">No job runs with these versions.</exception>
    public Task<VersionChange> SwitchAsync(string version) => ScheduleOf(version).SwitchAsync(version);

    internal ITextEmbedder Embedder(string version, InferenceOptions options)
    {
        lock (_gate)
        {
            return _models.TryGetValue(version, out var model)
                ? Embedders.Of(model, options, version)
                : throw new InvalidOperationException(
                    $"The checkpoint that the job carries on from asks for version '{version}' of a model; given are "
                        + $"{string.Join(", ", _models.Keys)}. "
                        + "Add it to the step's ModelVersions before the start.");
        }
    }

    internal Trial TrialOf(VersionChoice choice)
    {
        lock (_gate)
        {
            if (_trials.TryGetValue(choice, out var trial)) return trial;
            _trials.Add(choice, _lastTrial = new Trial(choice.Answers, choice.Tried!));
            return _lastTrial;
        }
    }

    internal VersionSchedule Open(VersionChoice begin, InferenceOptions options)
    {
        lock (_gate)
        {
            if (_schedule is not null)
                throw new InvalidOperationException("These versions belong to a step that runs already. Make others for each step.");
            _ = Embedder(begin.Answers, options);
            if (begin.Tried is { } tried) _ = Embedder(tried, options);
            _options = options;
            _trials.Clear();
            _lastTrial = null;
            return _schedule = new VersionSchedule(begin, Close);
        }
    }

    private void Close()
    {
        lock (_gate) _schedule = null;
    }

    private VersionSchedule ScheduleOf(string version)
    {
        ArgumentException.ThrowIfNullOrEmpty(version);
        lock (_gate)
        {
            if (!_models.ContainsKey(version))
                throw new ArgumentException(
                    $"There is no version '{version}'. There are: {string.Join(", ", _models.Keys)}.", nameof(version));
            if (_schedule is null)
                throw new InvalidOperationException("No job runs with these versions. Start the job of the step that has them first.");
            if (Embedders.FaultsOf(Embedder(version, _options), _options).FirstOrDefault() is { } fault)
                throw new ArgumentException($"Version '{version}': {fault}", nameof(version));
            return _schedule;
        }
    }

    private static string? IdOf(string version, IEmbeddingGenerator<string, Embedding<float>> model)
        => Embedders.Of(model, new InferenceOptions(), version).Id;
}
