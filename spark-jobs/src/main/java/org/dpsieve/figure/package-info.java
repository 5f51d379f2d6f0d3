/**
 * Charts, drawn once for whoever shows them: the report of a run, a study, a notebook, a paper. A
 * {@link org.dpsieve.figure.Plot} makes a {@link org.dpsieve.figure.Figure} of data; {@link
 * org.dpsieve.figure.Svg} and {@link org.dpsieve.figure.Png} write it, a {@link
 * org.dpsieve.figure.FigureTable} has its numbers. Marks are told apart by shape, hatching and
 * place, never by colour alone.
 */
package org.dpsieve.figure;
