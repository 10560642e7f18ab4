using System.ComponentModel;

namespace Dataflow.Arrow;

/// <summary>The sinks of Arrow, Parquet and training sets, as extension members of <see cref="Sink"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class ArrowSinks;
