using System.ComponentModel;

namespace Dataflow.Onnx;

/// <summary>The verbs that call models, as extension members of streams and tables.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class ModelVerbs;
