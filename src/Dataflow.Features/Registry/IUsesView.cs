using Dataflow.Log;
using Dataflow.Planning;

namespace Dataflow.Features;

/// <summary>A step that works by a view's definition: a job registers it when it starts.</summary>
internal interface IUsesView : IPreparesLog
{
    ViewDefinition Definition { get; }

    void IPreparesLog.CheckLog(Plan plan, LogStore log) => FeatureRegistry.Check(plan, log);

    ValueTask IPreparesLog.PrepareLogAsync(Plan plan, LogStore log, CancellationToken cancellationToken) => FeatureRegistry.RegisterAsync(plan, log, cancellationToken);
}
