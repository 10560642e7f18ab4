namespace Dataflow.Planning;

/// <summary>The step that drops late records, for any type of record.</summary>
internal interface IWindowNode;
