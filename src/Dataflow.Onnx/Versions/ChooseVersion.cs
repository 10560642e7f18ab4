using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dataflow.Onnx.Versions;

/// <summary>Chooses for each value the versions of a model that compute its vector. A value in flight at a checkpoint keeps its
/// choice.</summary>
internal sealed record ChooseVersionNode<TIn, TOut>(
    string Name, Node<TIn> Input, ModelVersions Versions, InferenceOptions Options, Func<TIn, VersionChoice, TOut> Result)
        : Node<TIn, TOut>(Name, Input)
{
    public override bool MayBeShared => false;

    public override string Detail => $"of {string.Join(", ", Versions.Names)}; {Versions.First}, unless a checkpoint says otherwise";

    public override Operator<TIn, TOut> CreateOperator() => new ChooseVersionOperator<TIn, TOut>(this);
}

internal sealed class ChooseVersionOperator<TIn, TOut>(ChooseVersionNode<TIn, TOut> node) : Operator<TIn, TOut>
{
    private const string Key = "version";

    private VersionSchedule _schedule = null!; // set by Open
    private VersionChoice _choice;

    public override bool IsOneToOne => true;

    public override void Process(in Record<TIn> record) => Emit(record.With(node.Result(record.Value, _choice)));

    protected override void Declare(StepDeclaration declare) // the workers have one schedule
        => declare.Report(ModelCounters.OfVersions, () => Context.Worker == 0 ? ModelCounters.Of(node.Versions) : []);

    protected override void Open()
    {
        try
        {
            _choice = Saved();
            _schedule = Context.Shared(() => node.Versions.Open(_choice, node.Options));
        }
        catch (InvalidOperationException error)
        {
            throw Context.Fail(error, default);
        }
    }

    public override void Capture(StepCheckpoint checkpoint)
    {
        _choice = _schedule.After(checkpoint.Number);
        checkpoint.Save(Key, JsonSerializer.SerializeToUtf8Bytes(_choice, VersionsJson.Default.VersionChoice));
    }

    public override void Committed() => _schedule.Committed(Context.Checkpoint, () => Context.CommittedPositions);

    private VersionChoice Saved()
    {
        var saved = Context.Saved(Key);
        return saved.IsEmpty
            ? new(node.Versions.First, Tried: null) : JsonSerializer.Deserialize(saved.Span, VersionsJson.Default.VersionChoice);
    }
}

[JsonSerializable(typeof(VersionChoice))]
internal sealed partial class VersionsJson : JsonSerializerContext;
