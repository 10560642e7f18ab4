using System.ComponentModel;

namespace Dataflow;

/// <summary>The verbs of pipelines, streams, tables, windows, topics and jobs, as extension members. C# finds them on those types;
/// F# and older C# may call them as static methods of this class.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class Verbs;
