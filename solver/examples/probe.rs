use stackyard_solver::{catalogue::Catalogue,plan::text,demand,corridors,route::{Problem,search::Search}};
use std::time::Instant;
fn main(){
    let c=Catalogue::reference().map_err(|e| println!("{e}")).unwrap();
    let path=std::env::args().nth(1).unwrap();
    let t=std::fs::read_to_string(path).unwrap();
    let plan=text::read(&t,&c).map_err(|e| println!("{e}")).unwrap();
    let m=c.with_overrides_of(&plan);
    let t0=Instant::now();
    let d=demand::derive(&plan,&m);
    let g=corridors::build(&plan,&m,&d);
    println!("demands {} sources {} nodes {} edges {} in {:?}",d.demands.len(),d.sources.len(),g.nodes.len(),g.edges.len(),t0.elapsed());
    for (i,x) in d.demands.iter().enumerate(){ if g.demand_nodes[i].is_none(){println!("no way out {}",x.id)} if x.sources.is_empty(){println!("no source {}",x.id)} }
    for (i,x) in d.sources.iter().enumerate(){ if g.source_nodes[i].is_none(){println!("no way out of source {}",x.supply)} }
    let p=Problem::new(&plan,&m,&d,&g);
    use stackyard_solver::route::bound::{Charges,Dual};
    let t0=Instant::now(); let ch=Charges::new(&p,&m); println!("charges const {:.0} classes {} {:?}",ch.constant,p.classes,t0.elapsed());
    for steps in [1,4,12,40] { let t0=Instant::now(); let mut du=Dual::new(&p,&ch); du.ascend(steps,||true); print!("bound steps {steps} {:.0} {:?}",du.proof(),t0.elapsed()); du.polish(1000,1,||true); println!(" polished {:.0} {:?}",du.proof(),t0.elapsed()); }
    let t0=Instant::now();
    let mut s=Search::construct(&p,1);
    println!("construct {:.0} over {:.0} unrouted {} in {:?}",s.best_cost(),s.state().overfull(),s.state().unrouted(),t0.elapsed());
    for (i,r) in s.state().routes.iter().enumerate(){ if r.is_none(){println!("unrouted {}",d.demands[i].id)} }
    for _ in 0..10 { s.improve(500,|_|true); println!("round {} {:.0} over {:.0} {:?}",s.rounds(),s.best_cost(),s.state().overfull(),t0.elapsed()); } let ends:f64=p.commodities.iter().map(|c| match &c.medium { stackyard_solver::route::problem::Medium::Own{ends,..}|stackyard_solver::route::problem::Medium::Pipe{ends,..}=>*ends}).sum(); println!("with ends {:.0}", s.best_cost()+ends); dump(&s,&d,&g);
}
fn dump(s:&Search<'_>, d:&demand::Demands, g:&corridors::Graph){
    use stackyard_solver::route::problem::Medium;
    let st=s.state(); let mut by=std::collections::BTreeMap::new(); let mut used=std::collections::BTreeSet::new();
    for (i,r) in st.routes.iter().enumerate(){ if let Some(r)=r { let l:f64=r.edges.iter().map(|&e|g.edges[e as usize].length_m).sum();
      for &e in &r.edges{used.insert(e);}
      let (c,w)=match &st.media[i]{Medium::Own{per_m,width_mm,..}=>(per_m*l,*width_mm),Medium::Pipe{..}=>(0.0,0.0)};
      let e=by.entry(format!("{:?}",d.demands[i].service)).or_insert((0,0.0,0.0,0.0)); e.0+=1;e.1+=l;e.2+=c;e.3+=w*l/1000.0*132.0;
      if l>60.0 && format!("{:?}",d.demands[i].service)=="LvPower" {println!("{} -> {} {:.0} m {:?}",d.demands[i].id,d.sources[r.source].supply,l,st.media[i]);} } }
    for (k,v) in by {println!("{k}: n {} len {:.0} linear {:.0} width {:.0}",v.0,v.1,v.2,v.3);}
    let tl:f64=used.iter().map(|&e|g.edges[e as usize].length_m).sum(); let fl:f64=used.iter().filter(|&&e|g.edges[e as usize].corridor.is_none()).map(|&e|g.edges[e as usize].length_m).sum();
    println!("trench {tl:.0} m free {fl:.0} of graph {:.0}; open {:.0}",g.edges.iter().map(|e|e.length_m).sum::<f64>(),tl*38.0);
    for (e,l) in g.edges.iter().enumerate(){ let w=st.dug_mm(e as u32); if w>l.limit_mm as f64 {println!("overfull {:?} {} > {} L {:.1}",l.path,w,l.limit_mm,l.length_m);} }
    let over:f64=(0..g.edges.len()).filter(|&i|{let w=0; let _=w; false}).count() as f64; let _=over;
}
