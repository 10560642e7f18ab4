namespace Dataflow.Features;

/// <summary>A step that uses a view's definition: a job registers it when it starts.</summary>
internal interface IUsesView
{
    ViewDefinition Definition { get; }
}
